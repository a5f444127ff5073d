"""Rows of direct shuttles, of posts of two houses, and of ways down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Model

from bookings.vouchers.models import JointPost
from portal.descent.models import Goes, Mountain, Shortfall, Way
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import CablewayFactory
from tests.factories.transport import direct_shuttle, shuttle_line
from tests.tourism.conftest import AT, VISIT
from transport.direct import operations as direct
from transport.direct.models import DirectShuttle, ShuttleDeparture, Window


def shuttle(_n: int) -> DirectShuttle:
    return direct_shuttle(shuttle_line(RegionFactory()))


def window(n: int) -> Window:
    made = shuttle(n)
    direct.create_windows(region=made.line.region, first=VISIT, last=VISIT)
    others = made.windows.order_by("starts_at")[1:]
    Window.objects.filter(pk__in=[one.pk for one in others]).delete()
    return made.windows.get()


def departure(n: int) -> ShuttleDeparture:
    return direct.depart(
        shuttle=shuttle(n), people=20, seats=45, request_key=f"{n}", actor="user:1",
        at=AT + timedelta(minutes=n),
    )  # fmt: skip


def joint_post(n: int) -> JointPost:
    region = RegionFactory()
    return JointPost.objects.create(
        organisation=OrganisationFactory(region=region), zone=f"direct:{n}",
        partner=OrganisationFactory(region=region), also_zone=f"area:{n}", agreed_at=AT,
    )  # fmt: skip


def mountain(n: int) -> Mountain:
    lift = CablewayFactory()
    made = Mountain.objects.create(
        region=lift.area.region, organisation=lift.area.organisation, slug=f"top-{n}",
        name_zh=f"山{n}", name_en=f"Top {n}",
    )  # fmt: skip
    Way.objects.create(mountain=made, cableway=lift, goes=Goes.BOTH)
    return made


def shortfall(n: int) -> Shortfall:
    return Shortfall.objects.create(
        mountain=mountain(500 + n), date=VISIT, raised_at=AT, people=90, places=40, buses=2
    )


MAKERS: dict[type[Model], Callable[[int], Model]] = {
    DirectShuttle: shuttle,
    Window: window,
    ShuttleDeparture: departure,
    JointPost: joint_post,
    Mountain: mountain,
    Shortfall: shortfall,
}
