"""Many buyers, few places: exactly as many orders as places, whoever comes first."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from django.db import connection

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory import queries
from bookings.orders import operations as orders
from bookings.orders.models import Order
from tests.bookings.conftest import ask
from tests.races.conftest import of_type, run_together

BUYERS, PLACES = 12, 3


def buyers(shop, bucket, at):
    wishes = [shop.wish(ask(bucket), total_fen=1000, actor=f"guest:{n}") for n in range(BUYERS)]
    return [lambda wish=wish: orders.place(wish, at=at) for wish in wishes]


def test_exactly_as_many_orders_as_places(shop, sellers, at):
    bucket = shop.bucket(PLACES)

    results = run_together(*buyers(shop, bucket, at))

    assert of_type(results, Order) == PLACES
    assert of_type(results, orders.SoldOut) == BUYERS - PLACES
    assert queries.left([bucket]) == {bucket: 0}
    assert Order.objects.count() == PLACES


def unguarded_take(
    groups: Sequence[Sequence[Demand]], *, with_kept: bool = False, in_sequence: bool = False
) -> list[inventory.Shortage | None]:
    """Read, decide, write: what the lock is for."""
    answers: list[inventory.Shortage | None] = []
    for group in groups:
        room = queries.left(demand.bucket_id for demand in group)
        time.sleep(0.05)
        short = [d for d in group if room[d.bucket_id] < d.units]
        answers.append(inventory.Shortage(short[0].bucket_id, 1, 0) if short else None)
        if not short:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE bookings_inventory_bucket SET taken = taken + 1 WHERE id = ANY(%s)",
                    [[demand.bucket_id for demand in group]],
                )
    return answers


@pytest.fixture
def no_guard(monkeypatch):
    """The twin's world: no lock, no CHECK."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bookings_inventory_bucket"
            " DROP CONSTRAINT bookings_inventory_bucket_taken_within_capacity"
        )
    monkeypatch.setattr(inventory, "take", unguarded_take)


def test_twin_without_the_guard_more_is_sold_than_there_is(shop, sellers, at, no_guard):
    bucket = shop.bucket(PLACES)

    results = run_together(*buyers(shop, bucket, at))

    assert of_type(results, Order) > PLACES


def test_one_request_sent_twenty_times_at_once_is_one_order(shop, sellers, at):
    bucket = shop.bucket(50)
    wish = shop.wish(ask(bucket, 2), total_fen=2000, key="once")

    results = run_together(*[lambda: orders.place(wish, at=at)] * 20)

    assert {order.pk for order in results} == {Order.objects.get().pk}
    assert queries.left([bucket]) == {bucket: 48}


def test_carts_that_cross_do_not_deadlock(shop, sellers, at):
    one, two = shop.bucket(100), shop.bucket(100)
    calls = []
    for n in range(10):
        pair = (one, two) if n % 2 else (two, one)
        asks = [ask(bucket) for bucket in pair]
        wish = shop.wish(*asks, total_fen=2000, actor=f"guest:{n}")
        calls.append(lambda wish=wish: orders.place(wish, at=at))

    results = run_together(*calls)

    assert of_type(results, Order) == 10
    assert queries.left([one, two]) == {one: 90, two: 90}
