"""A phone that tells twice at once that a vehicle leaves, or that one more is sent."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from django.db import IntegrityError

from bookings.inventory import queries as inventory
from tests.factories.kernel import RegionFactory
from tests.factories.transport import direct_shuttle, shuttle_line
from tests.races.conftest import drop_constraint, meet, of_type, run_together, unlock
from tests.transport.lines.conftest import DAY
from transport.direct import operations as direct
from transport.direct.models import DirectShuttle, ShuttleDeparture

vehicles = sys.modules["transport.direct.operations.vehicles"]


@pytest.fixture
def shuttle(fresh_db: str) -> DirectShuttle:
    made = direct_shuttle(shuttle_line(RegionFactory()))
    direct.create_windows(region=made.line.region, first=DAY, last=DAY)
    return made


def send(shuttle: DirectShuttle) -> list[object]:
    begins = shuttle.windows.earliest("starts_at").starts_at
    said = {
        "shuttle": shuttle, "due_at": begins + timedelta(minutes=30), "seats": 45,
        "request_key": "k", "actor": "user:1", "at": begins,
    }  # fmt: skip
    return run_together(*[lambda: direct.send_extra(**said)] * 2)


def capacity(shuttle: DirectShuttle) -> int:
    window = shuttle.windows.earliest("starts_at")
    return inventory.counts([window.bucket_id])[window.bucket_id][0]


def test_one_more_vehicle_is_sent_once(shuttle):
    results = send(shuttle)

    assert of_type(results, ShuttleDeparture) == 2
    assert (ShuttleDeparture.objects.count(), capacity(shuttle)) == (1, 95)


def test_behind_the_lock_stands_that_a_request_is_one_vehicle(shuttle, monkeypatch):
    unlock(monkeypatch)
    meet(monkeypatch, vehicles, "enlarge", of=2)

    results = send(shuttle)

    assert (of_type(results, ShuttleDeparture), of_type(results, IntegrityError)) == (1, 1)
    assert (ShuttleDeparture.objects.count(), capacity(shuttle)) == (1, 95)


def test_twin_without_both_it_is_sent_twice(shuttle, monkeypatch):
    unlock(monkeypatch)
    drop_constraint("transport_direct_vehicle", "transport_direct_vehicle_request")
    meet(monkeypatch, vehicles, "enlarge", of=2)

    results = send(shuttle)

    assert of_type(results, ShuttleDeparture) == 2
    assert ShuttleDeparture.objects.count() == 2
