"""Rows of the live crowd and of draws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Model

from bookings.draws.models import Draw
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import ScenicAreaFactory
from tests.tourism.conftest import AT
from tourism.crowd.models import Crossing, Facility, Measure, Stop, Watch


def watch(n: int) -> Watch:
    return Watch.objects.create(area=ScenicAreaFactory(), instant_cap=100 + n)


def measure(n: int) -> Measure:
    owner = UserFactory(email=f"owner{n}@example.org")
    return Measure.objects.create(
        area=ScenicAreaFactory(), level=1, text_zh=f"做{n}", text_en=f"Do {n}", owner=owner
    )


def facility(n: int) -> Facility:
    return Facility.objects.create(
        area=ScenicAreaFactory(), kind="TOILET", name_zh=f"厕所{n}", name_en=f"Toilet {n}"
    )


def crossing(n: int) -> Crossing:
    return Crossing.objects.create(
        area=ScenicAreaFactory(), level_from=0, level_to=1, people=60 + n, cap=100, at=AT
    )


def stop(n: int) -> Stop:
    return Stop.objects.create(
        area=ScenicAreaFactory(), reason_zh=f"大风{n}", reason_en="Wind", starts_at=AT, affected=n,
        needs_second=False, made_by="user:1", made_at=AT,
    )  # fmt: skip


def draw(n: int) -> Draw:
    region = RegionFactory()
    return Draw.objects.create(
        region=region, organisation=OrganisationFactory(region=region), kind="ticket", ref=str(n),
        title={"en": "Ticket", "zh-hans": "门票"}, starts_at=AT + timedelta(days=3),
        ends_at=AT + timedelta(days=3, hours=1), places=4, bucket_id=0, share_id=0, opens_at=AT,
        closes_at=AT + timedelta(days=1), seed_sealed="x", commitment=f"{n:064x}", made_by="user:1",
    )  # fmt: skip


CROWD_MAKERS: dict[type[Model], Callable[[int], Model]] = {
    Crossing: crossing,
    Draw: draw,
    Facility: facility,
    Measure: measure,
    Stop: stop,
    Watch: watch,
}
