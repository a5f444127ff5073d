"""Where vouchers of scenic areas are scanned: gates, and the stations of cableways and inner shuttles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from bookings.contracts import Direction
from bookings.vouchers.posts import Post
from tourism.areas.models import Cableway, Gate, JointScan, Scans

_MAX_DIGITS = 18
_WAYS = {
    Scans.IN: (Direction.IN,),
    Scans.OUT: (Direction.OUT,),
    Scans.BOTH: (Direction.IN, Direction.OUT),
}


def area_posts(
    *, organisation_ids: Collection[int], at: datetime, zone: str = ""
) -> Iterable[Post]:
    """Every gate and station of these organisations' areas; with ``zone`` only those of that zone."""
    areas = Q(area__organisation_id__in=organisation_ids)
    if not zone:
        return [*_gates(areas), *_stations(areas)]
    kind, pk = read_zone(zone)
    if kind == "area":
        return list(_gates(areas & Q(area_id=pk)))
    return list(_stations(areas & Q(pk=pk))) if kind == "lift" else []


def read_zone(zone: str) -> tuple[str, int]:
    """The kind and number that a zone names; of another house's it may be 0."""
    kind, _colon, number = zone.partition(":")
    is_id = number.isascii() and number.isdigit() and len(number) <= _MAX_DIGITS
    return kind, int(number) if is_id else 0


def _gates(chosen: Q) -> Iterator[Post]:
    gates = list(Gate.objects.filter(chosen).select_related("area").order_by("area_id", "pk"))
    joint = _joint(Q(gate__in=gates), "gate_id")
    for gate in gates:
        for direction in _WAYS[Scans(gate.scans)]:
            yield Post(
                zone=gate.zone,
                title=gate.area.words,
                subtitle=gate.words,
                organisation_id=gate.area.organisation_id,
                region_id=gate.area.region_id,
                door=gate.slug,
                also=joint[gate.pk] if direction is Direction.IN else (),
                direction=direction,
                asks_first=gate.asks_first,
            )


def _stations(chosen: Q) -> Iterator[Post]:
    """Both ends of a cableway; who has ridden up rides down by another voucher."""
    lifts = Cableway.objects.filter(chosen)
    rows = list(lifts.select_related("area", "from_place", "to_place").order_by("area_id", "pk"))
    joint = _joint(Q(station__in=rows), "station_id")
    for lift in rows:
        for place in (lift.from_place, lift.to_place):
            yield Post(
                zone=lift.zone,
                title=lift.words,
                subtitle=place.words,
                organisation_id=lift.area.organisation_id,
                region_id=lift.area.region_id,
                door=place.slug,
                also=joint[lift.pk],
            )


def _joint(chosen: Q, key: str) -> dict[int, tuple[str, ...]]:
    """The zones that are used up with a scan, by the id of the gate or cableway."""
    zones: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for row in JointScan.objects.filter(chosen).select_related("area", "also").order_by("pk"):
        zones[getattr(row, key)] += (row.zone,)
    return zones
