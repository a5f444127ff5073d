"""The cart shows what can be had now, and what cannot any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.baskets.models import Item
from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.orders.models import Order
from kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    sellers["plain"].starts_at = clock.now() + timedelta(days=3)


def add(browser: Client, region, bucket: int, persons: str = "2", kind: str = "plain") -> None:
    browser.post(
        reverse("checkout:add", args=[region.slug]),
        {"kind": kind, "ref": f"{bucket}:1000", "class_adult": persons},
    )


def test_a_deposit_is_said_beside_the_price(shop, sellers, region):
    sellers["secured"].starts_at = clock.now() + timedelta(days=3)
    browser = Client()
    add(browser, region, shop.bucket(2), kind="secured")

    page = browser.get(reverse("checkout:cart", args=[region.slug]))

    assert page.context["cart"].total_fen == 2000
    assert "a deposit of ¥10, which comes back" in page.content.decode()


def test_what_was_sold_meanwhile_is_marked_and_the_rest_is_not(shop, sellers, region):
    browser, gone, there = Client(), shop.bucket(2), shop.bucket(2)
    add(browser, region, gone)
    add(browser, region, there)
    inventory.take([[Demand(gone)]])

    page = browser.get(reverse("checkout:cart", args=[region.slug]))

    first, second = page.context["cart"].rows
    assert first.refusal.code == "sold_out"
    assert first.refusal.facts["left"] == 1
    assert second.refusal is None
    assert "only 1 left" in page.content.decode()
    assert page.context["cart"].total_fen == second.price_fen
    assert Order.objects.count() == 0


def test_one_place_too_few_of_the_same_kind_is_no_room(shop, sellers, region):
    browser, bucket = Client(), shop.bucket(1)

    add(browser, region, bucket, persons="2")

    rows = browser.get(reverse("checkout:cart", args=[region.slug])).context["cart"].rows
    assert [row.refusal.code for row in rows] == ["sold_out"]


@pytest.fixture
def named(shop, sellers, region):
    """A cart with one thing for two named people, and the reference of another of its kind."""
    browser, bucket, other = Client(), shop.bucket(2), shop.bucket(2)
    add(browser, region, bucket)
    item = Item.objects.get()
    item.people = [71, 72]
    item.save()
    return browser, item, f"{other}:1000"


def test_the_next_time_is_taken_for_the_same_people(region, named):
    browser, item, other = named

    answer = browser.post(
        reverse("checkout:move", args=[region.slug]), {"item": item.pk, "ref": other}
    )

    item.refresh_from_db()
    assert answer.url == f"/en/{region.slug}/cart/"
    assert (item.ref, item.classes, item.people) == (other, ["adult", "adult"], [71, 72])


def test_what_is_in_the_cart_already_is_not_put_there_twice(region, named):
    browser, item, other = named
    add(browser, region, int(other.split(":")[0]))

    page = browser.post(
        reverse("checkout:move", args=[region.slug]), {"item": item.pk, "ref": other}, follow=True
    )

    before = item.ref
    item.refresh_from_db()
    assert "This is in your cart already." in page.content.decode()
    assert (item.ref, Item.objects.count()) == (before, 2)


def test_nobody_moves_what_is_in_anothers_cart(region, named):
    _browser, item, other = named

    answer = Client().post(
        reverse("checkout:move", args=[region.slug]), {"item": item.pk, "ref": other}
    )

    before = item.ref
    item.refresh_from_db()
    assert (answer.status_code, item.ref) == (404, before)
