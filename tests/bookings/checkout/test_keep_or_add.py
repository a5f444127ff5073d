"""Together or the rest, the buyer's choice; and more added to what is paid."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.contracts import Demand, GroupPrice
from bookings.inventory import operations as inventory
from bookings.inventory import queries as left_of
from bookings.orders.models import Order, State
from bookings.vouchers.models import Pass
from kernel import clock, invariants
from kernel.outbox import operations as outbox
from tests.bookings.orders.test_change import pay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    for seller in sellers.values():
        seller.starts_at = clock.now() + timedelta(days=30)


@pytest.fixture
def buckets(shop):
    return [shop.bucket(4), shop.bucket(4)]


def add(browser: Client, region, bucket: int, *, kind="plain", persons="2") -> None:
    browser.post(
        reverse("checkout:add", args=[region.slug]),
        {"kind": kind, "ref": f"{bucket}:1000", "class_adult": persons},
    )


def shown(browser: Client, region) -> dict[str, str]:
    page = browser.get(reverse("checkout:confirm", args=[region.slug])).content.decode()
    fields = dict(re.findall(r'name="(request_key|shown_total_fen)" value="([^"]*)"', page))
    return {**fields, "contact": "13800000000"}


def send(browser: Client, region, form: dict[str, str]):
    return browser.post(reverse("checkout:confirm", args=[region.slug]), form)


@pytest.fixture
def form(region, buckets):
    browser = Client()
    for bucket in buckets:
        add(browser, region, bucket)
    return browser, shown(browser, region)


@pytest.mark.parametrize("choice", [{}, {"if_refused": "NOTHING"}])
def test_together_or_not_at_all(sellers, region, buckets, form, choice):
    browser, sent = form
    inventory.take([[Demand(buckets[1], 3)]])

    page = send(browser, region, {**sent, **choice})

    assert "only 1 left" in page.content.decode()
    assert not Order.objects.exists()
    assert left_of.left(buckets) == {buckets[0]: 4, buckets[1]: 1}


def test_the_rest_is_booked_and_a_repeat_finds_it(sellers, region, buckets, form):
    browser, sent = form
    inventory.take([[Demand(buckets[1], 3)]])

    answers = [send(browser, region, {**sent, "if_refused": "REST"}) for _click in range(2)]

    order = Order.objects.get()
    assert [answer.url for answer in answers] == [f"/en/o/{order.token}/pay/"] * 2
    assert (order.total_fen, order.is_all_or_nothing) == (2000, False)
    assert left_of.left(buckets) == {buckets[0]: 2, buckets[1]: 1}


def test_what_was_left_out_is_said_by_name(sellers, region, shop, buckets):
    browser = Client()
    add(browser, region, buckets[0])
    add(browser, region, buckets[1], kind="later")
    sent = shown(browser, region)
    inventory.take([[Demand(buckets[0], 3)]])

    page = browser.post(
        reverse("checkout:confirm", args=[region.slug]), {**sent, "if_refused": "REST"}, follow=True
    ).content.decode()

    assert "was left out: A plain thing. This is the rest." in page


def test_after_a_no_the_rest_can_be_booked_with_the_button_of_that_page(
    sellers, region, buckets, form
):
    browser, sent = form
    inventory.take([[Demand(buckets[1], 3)]])

    page = send(browser, region, {**sent, "if_refused": "NOTHING"})
    again = {name: str(page.context["form"][name].value()) for name in (*sent, "if_refused")}
    answer = send(browser, region, again)

    assert "Hold and pay the rest" in page.content.decode()
    assert (again["if_refused"], again["shown_total_fen"]) == ("REST", "2000")
    assert answer.status_code == 302
    assert Order.objects.get().lines.get().ref == f"{buckets[0]}:1000"


def test_where_nothing_is_left_only_another_time_is_offered(sellers, region, buckets, form):
    browser, sent = form
    inventory.take([[Demand(buckets[0], 3)], [Demand(buckets[1], 3)]])

    page = send(browser, region, sent).content.decode()

    assert "Choose another time" in page
    assert 'form="confirm"' not in page


def test_the_choice_is_not_called_a_thing_one_may_leave_out(region, form):
    browser, _sent = form

    page = browser.get(reverse("checkout:confirm", args=[region.slug])).content.decode()

    assert "If something is taken meanwhile" in page
    assert "if you like" not in page


def test_what_a_seller_gave_away_while_it_was_placed_is_left_out_too(
    sellers, region, buckets, form
):
    browser, sent = form
    sellers["plain"].gone.add(f"{buckets[0]}:1000")

    send(browser, region, {**sent, "if_refused": "REST"})

    line = Order.objects.get().lines.get()
    assert line.ref == f"{buckets[1]}:1000"


def test_nothing_left_is_nothing_booked(sellers, region, buckets, form):
    browser, sent = form
    inventory.take([[Demand(buckets[0], 3)], [Demand(buckets[1], 3)]])

    page = send(browser, region, {**sent, "if_refused": "REST"})

    assert (page.status_code, Order.objects.exists()) == (200, False)


def test_the_rest_never_costs_more_than_all_was_shown_to(sellers, region, shop, buckets):
    """A price for four of one thing, of which the rest would have to pay more alone."""
    sellers["plain"].group_prices = (
        GroupPrice("four", {"en": "Four", "zh-hans": "四人"}, least=4, permille=100),
    )
    browser = Client()
    add(browser, region, buckets[0], persons="4")
    add(browser, region, buckets[1], persons="1")
    sent = shown(browser, region)
    assert sent["shown_total_fen"] == "1400"
    inventory.take([[Demand(buckets[1], 4)]])

    send(browser, region, {**sent, "if_refused": "REST"})

    assert Order.objects.get().total_fen == 400


def test_a_suppliers_later_no_ends_all_of_it_where_that_was_chosen(
    sellers,
    region,
    buckets,
    party,
    now,
):
    order = paid_with_shy(sellers, region, buckets, party, now, {"if_refused": "NOTHING"})

    assert {line.state for line in order.lines.all()} == {State.REFUSED, State.CANCELLED}
    assert sum(refund.amount_fen for refund in order.refunds.all()) == 4000
    assert left_of.left(buckets) == dict.fromkeys(buckets, 4)
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_a_suppliers_later_no_leaves_the_rest_where_that_was_chosen(
    sellers,
    region,
    buckets,
    party,
    now,
):
    order = paid_with_shy(sellers, region, buckets, party, now, {"if_refused": "REST"})

    assert [line.state for line in order.lines.order_by("position")] == [
        State.CONFIRMED,
        State.REFUSED,
    ]
    assert sum(refund.amount_fen for refund in order.refunds.all()) == 2000
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def paid_with_shy(sellers, region, buckets, party, now, choice) -> Order:
    browser = Client()
    add(browser, region, buckets[0])
    add(browser, region, buckets[1], kind="shy")
    sellers["shy"].answer = False
    send(browser, region, {**shown(browser, region), **choice})
    return pay(party, Order.objects.get(), now)


@pytest.fixture
def root(region, buckets, party, now):
    browser = Client()
    add(browser, region, buckets[0])
    send(browser, region, shown(browser, region))
    return browser, pay(party, Order.objects.get(), now)


def test_what_is_added_is_on_the_same_code_and_cannot_lose_the_first(
    sellers,
    region,
    buckets,
    party,
    root,
    now,
):
    browser, first = root
    browser.post(f"/en/o/{first.token}/add/")
    add(browser, region, buckets[1])
    assert first.code in browser.get(f"/en/{region.slug}/cart/").content.decode()
    send(browser, region, shown(browser, region))
    added = Order.objects.exclude(pk=first.pk).get()
    assert (added.parent_id, added.state) == (first.pk, State.HELD)

    browser.post(f"/en/o/{added.token}/give-up/")
    outbox.drain(at=now)
    first.refresh_from_db()
    assert first.state is State.CONFIRMED

    browser.post(f"/en/o/{first.token}/add/")
    add(browser, region, buckets[1])
    send(browser, region, shown(browser, region))
    again = pay(party, Order.objects.latest("pk"), now)
    assert again.state is State.CONFIRMED
    assert Pass.objects.get().order_id == first.pk
    assert added.code in browser.get(f"/en/o/{first.token}/").content.decode()
    assert not browser.get(f"/en/{region.slug}/cart/").context["cart"].parent
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_an_order_that_is_not_paid_takes_nothing(region, buckets, sellers):
    browser = Client()
    add(browser, region, buckets[0])
    send(browser, region, shown(browser, region))
    order = Order.objects.get()

    browser.post(f"/en/o/{order.token}/add/")
    add(browser, region, buckets[1])

    assert browser.get(f"/en/{region.slug}/cart/").context["cart"].parent is None


def test_it_becomes_an_order_of_its_own_again(region, buckets, root):
    browser, first = root
    browser.post(f"/en/o/{first.token}/add/")
    add(browser, region, buckets[1])

    browser.post(f"/en/{region.slug}/cart/alone/")
    send(browser, region, shown(browser, region))

    assert Order.objects.exclude(pk=first.pk).get().parent_id is None
