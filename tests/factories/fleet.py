"""Vehicles and drivers with all their papers, good for years."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from accounts.organisations.models import Organisation
from transport.fleet.models import (
    OF_DRIVER,
    OF_HOUSE,
    OF_VEHICLE,
    Driver,
    Paper,
    PaperKind,
    Vehicle,
)

GOOD_FROM = datetime(2026, 1, 1, tzinfo=UTC)
GOOD_UNTIL = datetime(2029, 1, 1, tzinfo=UTC)


def vehicle(
    organisation: Organisation, plate: str = "皖J12345", seats: int = 50, **more: Any
) -> Vehicle:
    """A vehicle with its papers; its house gets its own."""
    made = Vehicle.objects.create(organisation=organisation, plate=plate, seats=seats, **more)
    for kind in OF_HOUSE:
        if not Paper.objects.filter(organisation=organisation, kind=kind).exists():
            paper(organisation, kind)
    for kind in OF_VEHICLE:
        paper(organisation, kind, vehicle=made)
    return made


def driver(organisation: Organisation, name: str = "程师傅") -> Driver:
    """A driver with their papers."""
    made = Driver.objects.create(organisation=organisation, name=name)
    for kind in OF_DRIVER:
        paper(organisation, kind, driver=made)
    return made


def paper(
    organisation: Organisation,
    kind: PaperKind,
    *,
    vehicle: Vehicle | None = None,
    driver: Driver | None = None,
    until: datetime = GOOD_UNTIL,
) -> Paper:
    """One paper."""
    return Paper.objects.create(
        organisation=organisation, kind=kind, vehicle=vehicle, driver=driver, number="34100000001",
        valid_from=GOOD_FROM, valid_until=until,
    )  # fmt: skip
