"""Where direct shuttles are boarded: one post at each boarding point, standing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from bookings.vouchers.posts import Post
from transport.direct import queries
from transport.direct.models import DirectShuttle
from transport.direct.offers import read_ref
from transport.lines import queries as lines
from transport.lines.queries import Stops
from transport.lines.ways import way


def boarding_posts(
    *, organisation_ids: Collection[int], at: datetime, zone: str = ""
) -> Iterable[Post]:
    """The boarding points of these operators' shuttles; with ``zone`` that one. Two statements."""
    rows = queries.of_organisations(organisation_ids)
    if zone:
        rows = rows.filter(pk=read_zone(zone))
    shuttles = list(rows)
    stops = lines.stops_of({shuttle.pattern_id for shuttle in shuttles}) if shuttles else {}
    return [
        _post(shuttle, stops[shuttle.pattern_id])
        for shuttle in shuttles
        if shuttle.pattern_id in stops
    ]


def read_zone(zone: str) -> int:
    """The id of the shuttle whose boarding point a zone is; 0 for any other zone."""
    kind, _colon, number = zone.partition(":")
    return read_ref(number) if kind == "direct" else 0


def _post(shuttle: DirectShuttle, stops: Stops) -> Post:
    return Post(
        zone=shuttle.zone,
        title=shuttle.line.words,
        subtitle=way(stops, 0, len(stops) - 1),
        organisation_id=shuttle.line.organisation_id,
        region_id=shuttle.line.region_id,
        door=stops[0].place.slug,
    )
