"""What the cart shows is what is charged: family and group prices from the cart to the order line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.contracts import Ask, GroupPrice, Member
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.pricing.groups import back
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller

pytestmark = pytest.mark.django_db

WORDS = {"en": "Family", "zh-hans": "家庭"}
FAMILY = GroupPrice("family", WORDS, (("any", 2), ("small", 1)), price_fen=2_500)
PAIR = GroupPrice("pair", WORDS, (("any", 2),), permille=900)


@pytest.fixture(autouse=True)
def family(sellers):
    """Everything costs 1,000; two grown-ups and a child together 2,500."""
    sellers["plain"].starts_at = clock.now() + timedelta(days=3)
    sellers["plain"].group_prices = (FAMILY,)


def ask(bucket: int, *codes: str) -> Ask:
    return Ask("plain", f"{bucket}:1000", tuple(Member(class_code=code) for code in codes))


def add(browser: Client, region, bucket: int, **counts: int) -> None:
    classes = {f"class_{code}": str(count) for code, count in counts.items()}
    url = reverse("checkout:add", args=[region.slug])
    browser.post(url, {"kind": "plain", "ref": f"{bucket}:1000", **classes})


def cart(browser: Client, region):
    return browser.get(reverse("checkout:cart", args=[region.slug])).context["cart"]


def test_the_cart_finds_the_family_and_placing_charges_the_same(shop, region):
    browser, bucket, other = Client(), shop.bucket(9), shop.bucket(9)
    add(browser, region, bucket, any=2, small=1)
    add(browser, region, other, any=2)

    shown = cart(browser, region)
    order = orders.place(
        shop.wish(
            ask(bucket, "any", "any", "small"), ask(other, "any", "any"), total_fen=shown.total_fen
        ),
        at=clock.now(),
    )

    assert (shown.total_fen, shown.saved_fen) == (4_500, 500)
    assert (order.total_fen, order.due_now_fen) == (4_500, 4_500)
    assert [row.price_fen for row in shown.rows] == [2_500, 2_000]
    assert [line.price_fen for line in order.lines.order_by("position")] == [2_500, 2_000]


def test_a_family_is_found_over_several_items_of_one_thing(shop):
    bucket = shop.bucket(9)

    order = orders.place(
        shop.wish(ask(bucket, "any", "any"), ask(bucket, "small"), total_fen=2_500), at=clock.now()
    )

    assert [line.price_fen for line in order.lines.order_by("position")] == [1_667, 833]


def test_what_is_sold_out_is_in_nobodys_family(shop, region):
    browser, bucket = Client(), shop.bucket(2)
    add(browser, region, bucket, any=2, small=1)

    shown = cart(browser, region)

    assert [row.refusal.code for row in shown.rows] == ["sold_out"]
    assert (shown.total_fen, shown.saved_fen) == (0, 0)


def test_the_line_keeps_what_each_part_costs_and_the_rules(shop):
    bucket = shop.bucket(9)
    order = orders.place(
        shop.wish(ask(bucket, "any", "any", "small", "any"), total_fen=3_500), at=clock.now()
    )

    line = order.lines.get()
    parts = Line.objects.get(pk=line.pk).frozen_parts
    assert [part.price_fen for part in parts] == [834, 833, 833, 1_000]
    assert [part.group_code for part in parts] == ["family", "family", "family", ""]
    assert (line.price_fen, line.saved_fen) == (3_500, 500)
    assert line.group_prices == (FAMILY,)
    assert back(parts, line.group_prices, now=[2]) == [500]


def test_a_line_without_savings_keeps_no_rules(shop):
    order = orders.place(shop.wish(ask(shop.bucket(9), "any"), total_fen=1_000), at=clock.now())

    line = order.lines.get()
    assert (line.group_prices, line.saved_fen) == ((), 0)
    assert set(line.terms) == {"steps", "words"}
    assert "saved_fen" not in line.parts[0]


def test_who_was_shown_the_single_prices_is_asked_again(shop):
    wish = shop.wish(ask(shop.bucket(9), "any", "any", "small"), total_fen=3_000)

    with pytest.raises(orders.PriceMoved) as refused:
        orders.place(wish, at=clock.now())

    assert refused.value.facts == {"shown_fen": 3_000, "total_fen": 2_500}
    assert Order.objects.count() == 0


def test_people_of_two_orders_make_no_family(shop):
    bucket = shop.bucket(9)

    first, second = orders.place_many(
        [
            shop.wish(ask(bucket, "any", "any"), total_fen=2_000, actor="guest:a"),
            shop.wish(ask(bucket, "small"), total_fen=1_000, actor="guest:b"),
        ],
        at=clock.now(),
    )

    assert (first.total_fen, second.total_fen) == (2_000, 1_000)


def test_group_prices_cost_placing_no_statement(shop, sellers):
    def place() -> int:
        wish = shop.wish(ask(shop.bucket(9), "any", "any", "small"), total_fen=total)
        with CaptureQueriesContext(connection) as captured:
            orders.place(wish, at=clock.now())
        return len(captured)

    total = 2_500
    with_rules = place()
    sellers["plain"].group_prices, total = (), 3_000

    assert with_rules == place()


def test_ordering_at_once_shows_and_charges_the_group_price(shop, sellers, region):
    sellers["plain"].group_prices = (PAIR,)
    buyer = TouristFactory(phone="16100000007")
    people = [make_traveller(buyer.actor, sequence=996 + n) for n in range(2)]
    browser, bucket = enter(buyer), shop.bucket(9)
    url = f"/en/{region.slug}/checkout/now/"
    form = {
        "kind": "plain",
        "ref": f"{bucket}:1000",
        "who": [f"{person.pk}:any" for person in people],
    }

    shown = browser.get(url, form)
    browser.post(url, {**form, "shown_total_fen": "1800", "request_key": "a-key-of-mine"})

    assert (shown.context["total_fen"], shown.context["saved_fen"]) == (1_800, 200)
    assert Order.objects.get().total_fen == 1_800
