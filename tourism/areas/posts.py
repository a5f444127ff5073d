"""The gates of scenic areas as posts at which vouchers are scanned."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from bookings.vouchers.posts import Post
from tourism.areas.models import Gate

_MAX_DIGITS = 18


def gate_posts(
    *, organisation_ids: Collection[int], at: datetime, zone: str = ""
) -> Iterable[Post]:
    """Every gate of these organisations' areas; with ``zone`` only those of that area."""
    gates = Gate.objects.filter(area__organisation_id__in=organisation_ids)
    if zone:
        kind, _colon, number = zone.partition(":")
        is_id = number.isascii() and number.isdigit() and len(number) <= _MAX_DIGITS
        if kind != "area" or not is_id:
            return []
        gates = gates.filter(area_id=int(number))
    return [_post(gate) for gate in gates.select_related("area").order_by("area_id", "pk")]


def _post(gate: Gate) -> Post:
    return Post(
        zone=gate.zone,
        title=gate.area.words,
        subtitle=gate.words,
        organisation_id=gate.area.organisation_id,
        region_id=gate.area.region_id,
        door=gate.slug,
    )
