"""Rows of what scenic areas sell, for the shared test of the back office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db.models import Model

from tests.contracts import orders
from tests.contracts.orders import AT, DAY
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import PlaceFactory, RegionFactory
from tests.factories.tourism import CablewayFactory, ScenicAreaFactory
from tourism.areas.models import Gate, JointScan
from tourism.tickets.models import AnnualCard, Group, StoppedLine, Suspension


def joint_scan(n: int) -> JointScan:
    lift = CablewayFactory()
    place = PlaceFactory(region=lift.area.region)
    gate = Gate.objects.create(area=lift.area, place=place, slug=f"g{n}", name_zh=f"门{n}")
    return JointScan.objects.create(area=lift.area, gate=gate, also=lift)


def annual_card(n: int) -> AnnualCard:
    return AnnualCard.objects.create(
        area=ScenicAreaFactory(), number=f"C{n}", holder=f"Holder {n}", document_index=f"i{n}",
        document_masked=f"***{n}", valid_from=DAY, valid_until=DAY, issued_by="user:1",
        issued_at=AT,
    )  # fmt: skip


def group(n: int) -> Group:
    agency = OrganisationFactory(region=RegionFactory(), kind="AGENCY")
    return Group.objects.create(
        organisation=agency, region=agency.region, name=f"Class {n}", slot_id=1, people=[],
        order=orders.order(n),
        sent_by="user:1", sent_at=AT, request_key=f"group-{n}",
    )  # fmt: skip


def suspension(n: int) -> Suspension:
    area = ScenicAreaFactory()
    return Suspension.objects.create(
        zone=f"area:{area.pk}", region_id=area.region_id, organisation=area.organisation,
        starts_at=AT, ends_at=AT + timedelta(hours=1), reason=f"Wind {n}", actor="user:1",
        created_at=AT,
    )  # fmt: skip


def stopped_line(n: int) -> StoppedLine:
    line = orders.order(n).lines.latest("pk")
    return StoppedLine.objects.create(
        suspension=suspension(n), line=line, part_keys=["p1"], decide_by=AT
    )


MAKERS: Mapping[type[Model], Callable[[int], Model]] = {
    AnnualCard: annual_card,
    Group: group,
    JointScan: joint_scan,
    Suspension: suspension,
    StoppedLine: stopped_line,
}
