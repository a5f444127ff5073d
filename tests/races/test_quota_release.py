"""An agency sells its last places while they are released: sold once, and the sum stays."""

from __future__ import annotations

import threading
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket, Channel, Quota
from bookings.inventory.operations import Division, Share
from tests.bookings.conftest import AT
from tests.races.conftest import NOT_KEPT_OUT_S, drop_constraint, of_type, run_together

UNITS = 6


def divided(shop) -> tuple[int, int, int]:
    """The whole, own sale without a place, and an agency with all of them."""
    whole = shop.bucket(UNITS)
    share = Share(UNITS, release_at=AT)
    inventory.divide(
        [Division(whole, AT + timedelta(days=1), {Channel.AGENT: share})], at=AT - timedelta(days=1)
    )
    buckets = dict(Quota.objects.values_list("channel", "bucket"))
    return whole, buckets[Channel.OWN], buckets[Channel.AGENT]


def counts(*ids: int) -> list[tuple[int, int]]:
    rows = {b.pk: (b.capacity, b.taken) for b in Bucket.objects.filter(pk__in=ids)}
    return [rows[each] for each in ids]


def test_what_is_sold_meanwhile_is_not_released(shop):
    whole, own, agent = divided(shop)

    def sell() -> list[object]:
        with transaction.atomic():
            return inventory.take([[Demand(whole), Demand(agent)]])

    release = lambda: inventory.release_due(at=AT)  # noqa: E731
    results = run_together(release, *[sell] * 3, release)

    assert of_type(results, Exception) == 0
    sold = sum(result == [None] for result in results[1:4])
    moved = results[0] + results[4]
    assert counts(whole, own, agent) == [(UNITS, sold), (moved, 0), (UNITS - moved, sold)]
    assert moved + sold == UNITS


def test_twin_without_the_guard_a_place_is_sold_and_released(shop):
    """What is free is read, the agency sells all, and then it is moved; no CHECK is behind."""
    whole, own, agent = divided(shop)
    drop_constraint("bookings_inventory_bucket", "bookings_inventory_bucket_taken_within_capacity")
    looked, sold = threading.Event(), threading.Event()

    def release() -> None:
        free = Bucket.objects.get(pk=agent).left
        looked.set()
        sold.wait(NOT_KEPT_OUT_S)
        Bucket.objects.filter(pk=agent).update(capacity=F("capacity") - free)
        Bucket.objects.filter(pk=own).update(capacity=F("capacity") + free)

    def sell() -> list[object]:
        looked.wait(NOT_KEPT_OUT_S)
        with transaction.atomic():
            answer = inventory.take([[Demand(whole, UNITS), Demand(agent, UNITS)]])
        sold.set()
        return answer

    run_together(release, sell)

    assert counts(whole, own, agent) == [(UNITS, UNITS), (UNITS, 0), (0, UNITS)]
