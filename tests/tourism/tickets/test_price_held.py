"""The price of the hold stays (TKT-10); list, cart and payment say the same sum (CRT-03)."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.travellers.models import Traveller
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.pricing.telling import Published
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
    assert area.context["page"].tickets.adult.fen == 12_345
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


@pytest.fixture
def family_cart(product, slot, monkeypatch) -> Client:
    """Chosen as two adults, a free child and a minor, 190 + 190 + 0 + 95; all named as adults."""
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(hours=1))
    buyer = TouristFactory(phone="16100000008")
    names = ("甲测试", "乙测试", "丙测试", "丁测试")
    people = [
        make_traveller(buyer.actor, name=name, sequence=990 + n) for n, name in enumerate(names)
    ]
    browser, region = enter(buyer), product.area.region.slug
    browser.post(
        reverse("checkout:add", args=[region]),
        {
            "kind": "ticket",
            "ref": str(slot.pk),
            "class_adult": "2",
            "class_child_free": "1",
            "class_minor_half": "1",
        },
    )
    browser.names = {f"who_{n}": str(who.pk) for n, who in enumerate(people)}
    return browser


def name_everybody(browser: Client, region: str):
    """Send the page of travellers, and follow it to the page that confirms."""
    url = reverse("checkout:travellers", args=[region])
    shown_fen = browser.get(url).context["cart"].total_fen
    return browser.post(url, {**browser.names, "shown_total_fen": str(shown_fen)}, follow=True)


def test_a_document_that_makes_somebody_dearer_is_said_by_name_and_class(product, family_cart):
    region = product.area.region.slug

    page = name_everybody(family_cart, region)

    told = page.context["told"]
    assert (told.before_fen, page.context["cart"].total_fen) == (47_500, 76_000)
    assert [(c.chosen["en"], c.found["en"], c.chosen_fen, c.found_fen) for c in told.changes] == [
        ("child_free", "adult", 0, 19_000),
        ("minor_half", "adult", 9_500, 19_000),
    ]
    text = page.content.decode()
    assert "丙测试" in text
    assert "chosen as child_free; by the document: adult" in text
    assert "¥475" in text


def test_another_total_than_was_chosen_is_agreed_to_by_a_tick(product, family_cart):
    region = product.area.region.slug
    form = {**shown_form(name_everybody(family_cart, region)), "contact": "16100000008"}

    refused = confirm(family_cart, region, **form)
    orders_then = Order.objects.count()
    confirm(family_cart, region, **form, agreed="on")

    assert "agreed" in refused.context["form"].errors
    assert orders_then == 0
    assert Order.objects.get().total_fen == 76_000


def test_a_total_that_moves_between_two_pages_is_agreed_to_by_a_tick(product, slot, browser):
    region = product.area.region.slug
    url = reverse("checkout:travellers", args=[region])
    shown = browser.get(url).context
    raise_price(product)
    names = {"who_0": shown["form"]["who_0"].value(), "shown_total_fen": shown["cart"].total_fen}

    page = browser.post(url, names, follow=True)

    assert (page.context["told"].before_fen, page.context["told"].changes) == (19_000, ())
    assert "agreed" in page.context["form"].fields


def test_who_is_what_they_were_chosen_as_is_asked_nothing(product, slot, browser):
    page = confirm(browser, product.area.region.slug)

    assert (page.context["told"].is_other_total, page.context["told"].changes) == (False, ())
    assert "agreed" not in page.context["form"].fields


def test_the_cart_counts_the_classes_of_each_item(product, family_cart):
    page = family_cart.get(reverse("checkout:cart", args=[product.area.region.slug]))

    assert (
        "2\u00a0×\u00a0adult, 1\u00a0×\u00a0child_free, 1\u00a0×\u00a0minor_half"
        in page.content.decode()
    )


@pytest.fixture
def family_of_three(product) -> FamilyPrice:
    return FamilyPrice.objects.create(
        product=product, name_zh="一家三口", name_en="Family of three", first_date=VISIT,
        last_date=VISIT, members="adult:2 minor_half:1", price_fen=40_000,
    )  # fmt: skip


def test_a_family_price_is_named_where_people_are_chosen(product, slot, browser, family_of_three):
    area = reverse("areas:detail", args=[product.area.region.slug, product.area.slug])

    page = browser.get(area, {"day": str(VISIT)})

    assert page.context["page"].tickets.together == [
        Published(
            "Family of three", "2\u00a0×\u00a0adult + 1\u00a0×\u00a0minor_half", 40_000, 47_500
        )
    ]
    assert "Family of three" in page.content.decode()


@pytest.mark.parametrize("page", ["checkout:cart", "checkout:confirm"])
def test_a_family_price_is_named_with_its_sum_and_what_it_saves(
    product, family_cart, family_of_three, page
):
    region = product.area.region.slug
    everybody = family_cart.names
    born = {0: date(1988, 5, 17), 1: date(1988, 5, 17), 2: date(2022, 1, 1), 3: date(2014, 1, 1)}
    for place, day in born.items():
        Traveller.objects.filter(pk=everybody[f"who_{place}"]).update(birth_date=day)
    name_everybody(family_cart, region)

    text = family_cart.get(reverse(page, args=[region])).content.decode()

    assert '<th scope="rowgroup" colspan="2">Family of three' in text
    assert "¥75 less than alone" in text
    assert re.search(r'<td class="q-amounts__fen">¥400</td>', text)
