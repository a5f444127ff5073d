"""Rows of vehicles, drivers and papers for the shared test of admins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db.models import Model

from tests.contracts.orders import DAY, moment
from tests.factories import fleet
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from transport.fleet.models import Driver, Paper, PaperKind, Vehicle
from transport.lines import operations as rides
from transport.lines.models import Assignment, Run


def vehicle(n: int) -> Vehicle:
    return fleet.vehicle(OrganisationFactory(), plate=f"皖J{n:05}", sign=f"bus {n}")


def driver(n: int) -> Driver:
    return fleet.driver(OrganisationFactory(), name=f"司机{n}")


def paper(n: int) -> Paper:
    return fleet.paper(OrganisationFactory(), PaperKind.OPERATING_LICENCE)


def assignment(n: int) -> Assignment:
    line = shuttle_line(RegionFactory())
    rides.create_runs(region=line.region, first=DAY, last=DAY)
    return Assignment.objects.create(
        run=Run.objects.filter(line=line).latest("departs_at"),
        vehicle=fleet.vehicle(line.organisation, plate=f"皖K{n:05}"),
        driver=fleet.driver(line.organisation, name=f"师傅{n}"),
        assigned_at=moment(n),
        assigned_by="user:1",
    )


MAKERS: Mapping[type[Model], Callable[[int], Model]] = {
    Vehicle: vehicle,
    Driver: driver,
    Paper: paper,
    Assignment: assignment,
}
