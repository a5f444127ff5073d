"""The service desks of scenic areas: what is lent or led there is handed out against its voucher."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from bookings.vouchers.posts import Post
from kernel.naming import EN, ZH
from tourism.areas.models import ScenicArea
from tourism.areas.posts import read_zone
from tourism.tickets.models import ProductKind

_DESK = {ZH: "服务台", EN: "Service desk"}


def desk_posts(
    *, organisation_ids: Collection[int], at: datetime, zone: str = ""
) -> Iterable[Post]:
    """The desk of every area of these organisations that sells services; with ``zone`` that one."""
    areas = ScenicArea.objects.filter(
        organisation_id__in=organisation_ids, products__kind=ProductKind.ADDON
    )
    if zone:
        kind, pk = read_zone(zone)
        if kind != "desk":
            return []
        areas = areas.filter(pk=pk)
    return [_desk(area) for area in areas.distinct().order_by("pk")]


def _desk(area: ScenicArea) -> Post:
    return Post(
        zone=area.desk_zone,
        title=area.words,
        subtitle=_DESK,
        organisation_id=area.organisation_id,
        region_id=area.region_id,
        door="desk",
    )
