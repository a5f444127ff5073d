"""Two workers hand out one return: everybody is served once, and nobody but the winners."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from bookings.inventory import queries as counts
from bookings.orders.models import Order
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Entry
from bookings.waitlist.operations import serving
from tests.bookings.waitlist.conftest import Line, states
from tests.races.conftest import interrupt, run_together


class Rush:
    """Four parties wait, three places have come free."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.entries = [line.join(size) for size in (4, 2, 1, 1)]
        line.free(3)

    def serve(self, owner: str, *, later: int = 0) -> int:
        at = self.line.now + timedelta(minutes=later)
        return waitlist.serve(region_id=self.line.region.pk, owner=owner, at=at)

    def with_a_slow_worker(self, patch: pytest.MonkeyPatch) -> list[Any]:
        """One stands still before it places; its lease runs out and another one goes on."""
        others = interrupt(
            patch, serving, "carry_out", lambda: self.serve("two", later=2),
        )  # fmt: skip
        return others(lambda: self.serve("one"))


@pytest.fixture
def rush(shop, region, sellers, at) -> Rush:
    return Rush(Line(shop, region, at))


def test_two_at_once_serve_everybody_once(rush):
    results = run_together(lambda: rush.serve("one"), lambda: rush.serve("two"))

    assert sorted(results) == [0, 2]
    assert states(*rush.entries) == ["WAITING", "OFFERED", "OFFERED", "WAITING"]
    assert Order.objects.count() == 2


def test_a_slow_worker_and_the_one_after_it_place_the_same_orders(rush, monkeypatch):
    results = rush.with_a_slow_worker(monkeypatch)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert states(*rush.entries) == ["WAITING", "OFFERED", "OFFERED", "WAITING"]
    assert Order.objects.count() == 2
    assert counts.counts([rush.line.bucket]) == {rush.line.bucket: (10, 10)}


def test_twin_without_the_key_of_the_entry_a_party_is_served_twice(rush, monkeypatch):
    own_key = property(lambda entry: f"{entry.pk}:{threading.get_ident()}")
    monkeypatch.setattr(Entry, "order_key", own_key)
    rush.line.free(3)

    rush.with_a_slow_worker(monkeypatch)

    assert Order.objects.count() > Entry.objects.exclude(order=None).count()
