"""Two positions of a vehicle arrive at the same moment: the later one is where it is, whoever is last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.kernel import RegionFactory
from tests.races.conftest import interrupt, run_together
from tests.transport.lines.conftest import AT
from tests.transport.vehicles import long_line, tracker_in, vehicle_of
from transport.telematics import operations
from transport.telematics.models import Position, Tracker
from transport.telematics.operations import Told, positions

EARLIER = AT - timedelta(seconds=10)


@pytest.fixture
def tracker(fresh_db) -> Tracker:
    made = tracker_in(vehicle_of(long_line(RegionFactory())), at=AT)
    first = Told(AT - timedelta(minutes=1), 30.0, 118.0)
    operations.take_in(tracker=made, told=[first], at=AT)
    return made


def test_the_later_one_stays_whoever_writes_last(tracker):
    told = [Told(EARLIER, 30.01, 118.0), Told(AT, 30.02, 118.0)] * 4

    results = run_together(
        *[lambda one=one: operations.take_in(tracker=tracker, told=[one], at=AT) for one in told]
    )

    assert sum(kept.new for kept in results) == 2
    assert Position.objects.get().at == AT


def test_twin_without_the_guard_the_vehicle_is_moved_back(tracker, monkeypatch):
    monkeypatch.setattr(positions, "_LATEST", positions._LATEST.partition("WHERE p.at")[0])
    late = interrupt(
        monkeypatch,
        positions.transaction,
        "atomic",
        lambda: operations.take_in(tracker=tracker, told=[Told(AT, 30.02, 118.0)], at=AT),
    )

    late(lambda: operations.take_in(tracker=tracker, told=[Told(EARLIER, 30.01, 118.0)], at=AT))

    assert Position.objects.get().at == EARLIER
