"""Exchanges that cross, and a capacity that shrinks while people buy: never more taken than there is."""

from __future__ import annotations

import threading

from django.db import IntegrityError, transaction

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory import queries
from bookings.inventory.models import Bucket
from tests.bookings.conftest import AT
from tests.races.conftest import NOT_KEPT_OUT_S, drop_constraint, of_type, run_together

TAKERS = 8


def test_swaps_that_cross_do_not_deadlock_and_lose_nothing(shop):
    one, two = shop.bucket(10), shop.bucket(10)
    inventory.take([[Demand(one, 5), Demand(two, 5)]])
    there = lambda: inventory.swap(give=[Demand(one, 1)], want=[Demand(two, 1)], at=AT)  # noqa: E731
    back = lambda: inventory.swap(give=[Demand(two, 1)], want=[Demand(one, 1)], at=AT)  # noqa: E731

    results = run_together(*[there, back] * 5)

    assert results == [None] * 10
    assert queries.counts([one, two]) == {one: (10, 5), two: (10, 5)}


def shrink_while_taking(bucket: int) -> list[object]:
    def take() -> list[object]:
        with transaction.atomic():
            return inventory.take([[Demand(bucket, 1)]])

    shrink = lambda: inventory.reshape(bucket_id=bucket, capacity=3, at=AT)  # noqa: E731
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


def test_twin_without_the_guard_more_is_taken_than_is_left(shop):
    """What is taken is read, all of it is sold, and then the capacity is written; no CHECK is behind."""
    bucket = shop.bucket(TAKERS)
    drop_constraint("bookings_inventory_bucket", "bookings_inventory_bucket_taken_within_capacity")

    looked, sold = threading.Event(), threading.Event()

    def shrink() -> None:
        taken = Bucket.objects.get(pk=bucket).taken
        looked.set()
        sold.wait(NOT_KEPT_OUT_S)
        if taken <= 3:
            Bucket.objects.filter(pk=bucket).update(capacity=3)

    def take_all() -> None:
        looked.wait(NOT_KEPT_OUT_S)
        inventory.take([[Demand(bucket, TAKERS)]])
        sold.set()

    results = run_together(shrink, take_all)

    assert results == [None, None]
    assert queries.counts([bucket]) == {bucket: (3, TAKERS)}
