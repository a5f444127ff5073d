"""The price of the hold stays (TKT-10); list, cart and payment say the same sum (CRT-03)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from kernel import clock
from kernel.outbox import operations as outbox
from kernel.places.models import CalendarDay, DayType
from tests.bookings.payments.conftest import party as sandbox  # noqa: F401 - a fixture
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller
from tests.factories.tourism import ask_for, party, person
from tests.tourism.conftest import AT, VISIT, wish
from tourism.sellables.ticket import Ticket
from tourism.tickets.models import FamilyPrice, PriceRule

pytestmark = pytest.mark.django_db

NEW_FEN = 25_000


def raise_price(product) -> None:
    PriceRule.objects.create(product=product, first_date=VISIT, last_date=VISIT, price_fen=NEW_FEN)


def pay(order: Order, at) -> payments.Attempt:
    return payments.pay_by(
        order=order, provider="sandbox", at=at, buyer=payments.Buyer("http://x/back")
    )


def test_held_before_midnight_and_paid_after_it_costs_what_it_was_held_for(
    product,
    slot,
    sandbox,  # noqa: F811 - the fixture
):
    held_at = product.area.region.at(date(2026, 9, 20), time(23, 59, 50))
    paid_at = product.area.region.at(date(2026, 9, 21), time(0, 0, 30))
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=held_at)
    raise_price(product)

    attempt = pay(order, paid_at)
    sandbox.press(attempt)
    payments.ask(attempt=attempt, at=paid_at)
    outbox.drain(at=paid_at)

    order.refresh_from_db()
    line = order.lines.get()
    assert (attempt.amount_fen, order.total_fen, line.price_fen) == (19_000, 19_000, 19_000)
    assert (line.state, order.paid_at) == (State.CONFIRMED, paid_at)
    [[offer]] = Ticket().offer(asks=[ask_for(slot, *party("adult"))], at=paid_at)
    assert offer.price_fen == NEW_FEN


def test_a_family_price_that_ends_meanwhile_holds_for_who_holds(product, slot):
    family = FamilyPrice.objects.create(
        product=product, name_zh="家庭", first_date=VISIT, last_date=VISIT,
        members="adult:2 minor_half:1", price_fen=40_000,
    )  # fmt: skip
    people = [person(1), person(2), person(3, date(2014, 1, 1))]
    order = orders.place(wish(ask_for(slot, *people), total_fen=40_000), at=AT)
    family.delete()

    line = Order.objects.get(pk=order.pk).lines.get()
    assert (line.price_fen, line.saved_fen) == (40_000, 7_500)
    assert sum(part.price_fen for part in line.frozen_parts) == 40_000


def test_the_price_of_the_day_of_the_visit_counts_not_of_the_purchase(product, slot):
    region = product.area.region
    today = region.local_date(AT)
    CalendarDay.objects.create(region=region, date=today, day_type=DayType.HOLIDAY)
    PriceRule.objects.create(
        product=product, first_date=today, last_date=VISIT, day_kind="HOLIDAY", price_fen=NEW_FEN
    )

    [[offer]] = Ticket().offer(asks=[ask_for(slot, *party("adult"))], at=AT)

    assert offer.price_fen == 19_000


@pytest.fixture
def browser(product, slot, monkeypatch) -> Client:
    """Somebody signed in, with one ticket in the cart and themselves as the traveller."""
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(hours=1))
    buyer = TouristFactory(phone="16100000007")
    who = make_traveller(buyer.actor)
    browser, region = enter(buyer), product.area.region.slug
    browser.post(
        reverse("checkout:add", args=[region]),
        {"kind": "ticket", "ref": str(slot.pk), "class_adult": "1"},
    )
    browser.post(reverse("checkout:travellers", args=[region]), {"who_0": str(who.pk)})
    return browser


def confirm(browser: Client, region: str, **form: str):
    url = reverse("checkout:confirm", args=[region])
    return browser.post(url, form) if form else browser.get(url)


def shown_form(page) -> dict[str, str]:
    form = page.context["form"]
    return {name: str(form[name].value()) for name in ("contact", "request_key", "shown_total_fen")}


def test_list_cart_and_payment_say_the_same_price(product, slot, browser):
    region = product.area.region
    PriceRule.objects.create(product=product, first_date=VISIT, last_date=VISIT, price_fen=12_345)

    [listing] = Ticket().browse(region_id=region.pk, supplier_id=None, first=VISIT, last=VISIT)
    area = browser.get(
        reverse("areas:detail", args=[region.slug, product.area.slug]), {"day": str(VISIT)}
    )
    cart = browser.get(reverse("checkout:cart", args=[region.slug])).context["cart"]
    confirm(browser, region.slug, **shown_form(confirm(browser, region.slug)))

    assert listing.from_fen == 12_345
    assert area.context["page"].tickets.adult_fen == 12_345
    assert cart.total_fen == 12_345
    assert Order.objects.get().due_now_fen == 12_345


def test_a_price_that_moves_is_agreed_to_first(product, slot, browser):
    region = product.area.region.slug
    form = shown_form(confirm(browser, region))
    raise_price(product)

    asked = confirm(browser, region, **form)
    orders_then = Order.objects.count()
    confirm(browser, region, **shown_form(asked))

    assert "The price has changed." in asked.content.decode()
    assert orders_then == 0
    assert Order.objects.get().total_fen == NEW_FEN
