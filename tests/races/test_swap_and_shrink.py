"""Exchanges that cross, and a capacity that shrinks while people buy: never more taken than there is."""

from __future__ import annotations

import time

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory import queries
from bookings.inventory.models import Bucket
from tests.races.conftest import of_type, run_together

TAKERS = 8


def test_swaps_that_cross_do_not_deadlock_and_lose_nothing(shop):
    one, two = shop.bucket(10), shop.bucket(10)
    inventory.take([[Demand(one, 5), Demand(two, 5)]])
    there = lambda: inventory.swap(give=[Demand(one, 1)], want=[Demand(two, 1)])  # noqa: E731
    back = lambda: inventory.swap(give=[Demand(two, 1)], want=[Demand(one, 1)])  # noqa: E731

    results = run_together(*[there, back] * 5)

    assert results == [None] * 10
    assert queries.counts([one, two]) == {one: (10, 5), two: (10, 5)}


def shrink_while_taking(bucket: int) -> list[object]:
    def take() -> list[object]:
        with transaction.atomic():
            return inventory.take([[Demand(bucket, 1)]])

    shrink = lambda: inventory.reshape(bucket_id=bucket, capacity=3)  # noqa: E731
    return run_together(shrink, *[take] * TAKERS)


def test_shrinking_waits_for_the_takers_or_they_for_it(shop):
    bucket = shop.bucket(TAKERS)

    results = shrink_while_taking(bucket)

    assert of_type(results, IntegrityError) == 0
    [(capacity, taken)] = queries.counts([bucket]).values()
    taken_by = sum(result == [None] for result in results[1:])
    assert taken == taken_by
    if isinstance(results[0], inventory.BelowTaken):
        assert (capacity, taken) == (TAKERS, TAKERS)
    else:
        assert (capacity, taken) == (3, 3)


@pytest.fixture
def no_guard(monkeypatch, db):
    """Read, decide, write, and no CHECK behind it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bookings_inventory_bucket"
            " DROP CONSTRAINT bookings_inventory_bucket_taken_within_capacity"
        )

    def reshape(*, bucket_id, capacity):
        taken = Bucket.objects.get(pk=bucket_id).taken
        time.sleep(0.3)
        if taken <= capacity:
            Bucket.objects.filter(pk=bucket_id).update(capacity=capacity)

    monkeypatch.setattr(inventory, "reshape", reshape)


def test_twin_without_the_guard_more_is_taken_than_is_left(shop, no_guard):
    bucket = shop.bucket(TAKERS)

    def late_take():
        time.sleep(0.1)
        return inventory.take([[Demand(bucket, 1)]])

    shrink = lambda: inventory.reshape(bucket_id=bucket, capacity=3)  # noqa: E731
    run_together(shrink, *[late_take] * TAKERS)

    assert queries.counts([bucket]) == {bucket: (3, TAKERS)}
