"""Two desks give one vehicle to two runs of the same time: one of them has it."""

from __future__ import annotations

import pytest

from tests.factories.kernel import RegionFactory
from tests.races.conftest import meet, of_type, run_together, unlock
from tests.transport.lines.conftest import AT, DAY
from tests.transport.vehicles import drive, long_line, vehicle_of
from transport.lines import operations as lines
from transport.lines.models import Assignment, Run
from transport.lines.operations import assigning


@pytest.fixture
def together(fresh_db):
    """The calls of two desks."""
    line = long_line(RegionFactory())
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    bus, runs = vehicle_of(line), list(Run.objects.filter(line=line).order_by("departs_at")[:2])
    Run.objects.filter(pk=runs[1].pk).update(departs_at=runs[0].departs_at)
    return [lambda run=run: drive(run, bus, at=AT) for run in runs]


def test_one_of_two_runs_has_the_vehicle(together):
    results = run_together(*together)

    assert of_type(results, lines.Elsewhere) == 1
    assert Assignment.objects.count() == 1


def test_twin_without_the_lock_both_have_it(together, monkeypatch):
    unlock(monkeypatch)
    meet(monkeypatch, assigning, "_drop_replaced", of=2, after=True)

    run_together(*together)

    assert Assignment.objects.count() == 2
