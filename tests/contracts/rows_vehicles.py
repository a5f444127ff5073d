"""Rows of devices in vehicles and of rides for the shared test of admins."""

from __future__ import annotations

from datetime import timedelta

from tests.contracts.orders import DAY, moment, order
from tests.factories.kernel import RegionFactory
from tests.transport.vehicles import long_line, tracker_in, vehicle_of
from transport.fleet.models import Vehicle
from transport.lines import operations as lines
from transport.lines.models import Run
from transport.rides.models import LostItem
from transport.telematics.models import Position, Tracker


def vehicle(n: int) -> Vehicle:
    return vehicle_of(long_line(RegionFactory()), f"皖J{n:05}", sign=f"bus {n}")


def run() -> Run:
    line = long_line(RegionFactory())
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    return Run.objects.filter(line=line).latest("departs_at")


def tracker(n: int) -> Tracker:
    return tracker_in(vehicle(10_000 + n), at=moment(n))


def position(n: int) -> Position:
    return Position.objects.create(
        vehicle=vehicle(20_000 + n), at=moment(n), received_at=moment(n) + timedelta(seconds=1),
        latitude=30.0, longitude=118.0,
    )  # fmt: skip


def lost_item(n: int) -> LostItem:
    made = run()
    return LostItem.objects.create(
        line=order(n).lines.earliest("pk"), run=made, organisation=made.line.organisation,
        request_key=f"{n:032x}", what=f"umbrella {n}", asked_at=moment(n),
    )  # fmt: skip


MAKERS = {
    Tracker: tracker,
    Position: position,
    LostItem: lost_item,
}
