"""The cart shows what can be had now, and what cannot any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.orders.models import Order
from kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    sellers["plain"].starts_at = clock.now() + timedelta(days=3)


def add(browser: Client, region, bucket: int, persons: str = "2") -> None:
    browser.post(
        reverse("checkout:add", args=[region.slug]),
        {"kind": "plain", "ref": f"{bucket}:1000", "class_adult": persons},
    )


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
