"""A ride on a line whose stops lie apart, with a vehicle that somebody drives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import clock
from tests.factories.kernel import RegionFactory
from tests.transport.lines.conftest import DAY, pay, run, runs, sell  # noqa: F401
from tests.transport.vehicles import drive, long_line, vehicle_of
from transport.lines import operations as lines
from transport.lines.models import Run, ShuttleLine


@pytest.fixture
def line(db: None) -> ShuttleLine:
    made = long_line(RegionFactory())
    lines.create_runs(region=made.region, first=DAY, last=DAY)
    return made


@pytest.fixture
def now(monkeypatch, run: Run):  # noqa: F811
    """Ten minutes after the departure."""
    moment = {"at": run.departs_at + timedelta(minutes=10)}
    monkeypatch.setattr(clock, "now", lambda: moment["at"])
    return moment


@pytest.fixture
def bus(run: Run, now):  # noqa: F811
    made = vehicle_of(run.line, telephone="0559-1234567", sign="7")
    drive(run, made, at=now["at"])
    return made
