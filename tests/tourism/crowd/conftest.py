"""One area on a Wednesday in October, whose passages tests write down themselves."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bookings.vouchers.models import Redemption, Voucher
from kernel.places.models import Region
from tests.bookings.conftest import AT, Shop, region, sellers, shop  # noqa: F401 - fixtures
from tests.bookings.vouchers.conftest import sell
from tests.factories.tourism import ScenicAreaFactory
from tourism.areas.models import ScenicArea
from tourism.crowd.models import Watch

TEN = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
"""Ten o'clock in the morning, at the area."""

Pass = Callable[..., None]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.fixture
def area(region: Region) -> ScenicArea:  # noqa: F811
    """Open from 8 to 18; usual stay two hours."""
    return ScenicAreaFactory(region=region, stay_min=120)


@pytest.fixture
def watch(area: ScenicArea) -> Watch:
    """Exits are scanned; a hundred people at most."""
    return Watch.objects.create(area=area, instant_cap=100, scans_exits=True)


@pytest.fixture
def walk(shop: Shop, sellers: object, area: ScenicArea) -> Pass:  # noqa: F811
    """Let so many people pass a door of the area at a moment."""
    sell(shop, AT)
    voucher, number = Voucher.objects.earliest("pk"), itertools.count(1000)

    def pass_by(
        count: int, at: datetime, *, out: bool = False, zone: str = "", door: str = ""
    ) -> None:
        Redemption.objects.bulk_create(
            Redemption(
                voucher=voucher, region_id=area.region_id, entry_no=next(number),
                zone=zone or area.zone, actor="user:1", request_key=f"key-{next(number)}", at=at,
                direction="OUT" if out else "IN", door=door,
            )
            for _person in range(count)
        )  # fmt: skip

    return pass_by
