"""Other times and seasons in a region's files: departures on sale follow with their riders, or nothing is
loaded.

The same rules and the same verbs as at the operator's desk and by a feed (``operations.moves``, ``changes``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

from kernel.errors import Refusal
from kernel.places.models import Region
from transport.lines import operations as lines
from transport.lines.models import Headway, PatternStop, Run, ShuttleLine, TimetableTrip
from transport.lines.retiming import Shift, Stop, at_clock, shift

_ACTOR = "system"

Seasons = Mapping[int, tuple[int, int]]
"""By line the first and the last month in which it runs."""

Clocks = Mapping[int, Sequence[Stop]]
"""By trip where and when it stops; of one by headways in seconds after each departure."""


def seasons_of(region: Region) -> Seasons:
    """When the lines of a region run. One statement."""
    rows = ShuttleLine.objects.filter(region=region)
    return {
        pk: (first, last) for pk, first, last in rows.values_list("pk", "first_month", "last_month")
    }


def follow_seasons(region: Region, before: Seasons, *, at: datetime) -> None:
    """Take back what is on sale on days on which a line no longer runs; its riders are told and choose."""
    now = seasons_of(region)
    others = [pk for pk, season in before.items() if now[pk] != season]
    if others:
        lines.drop_unsold(line_ids=others, at=at)
        lines.follow_calendar(line_ids=others, actor=_ACTOR, at=at)


def clocks_of(region: Region, *, at: datetime) -> Clocks:
    """The stops of the trips that have coming runs. Two statements."""
    coming = Run.objects.filter(trip=OuterRef("pk"), departs_at__gt=at)
    rows = TimetableTrip.objects.filter(Exists(coming), line__region=region).annotate(
        is_often=Exists(Headway.objects.filter(trip=OuterRef("pk")))
    )
    trips = list(rows.values_list("pk", "pattern_id", "departs_s", "is_often"))
    stops = _stops_of({pattern_id for _pk, pattern_id, _s, _often in trips})
    return {
        pk: at_clock(0 if is_often else departs_s, stops[pattern_id])
        for pk, pattern_id, departs_s, is_often in trips
    }


def follow(region: Region, before: Clocks, *, at: datetime) -> dict[tuple[str, str], Refusal]:
    """Bring the coming runs to where the timetable has them now, and tell their riders.

    Returns what is against it, by the short names of line and trip; then nothing is to be loaded.
    """
    after = clocks_of(region, at=at)
    moves = {pk: shift(stops, after[pk]) for pk, stops in before.items() if after[pk] != stops}
    refused = _refused(moves, at)
    if not refused:
        lines.retime(trip_ids=list(moves), actor=_ACTOR, at=at)
    return refused


def _refused(moves: Mapping[int, Shift | None], at: datetime) -> dict[tuple[str, str], Refusal]:
    """Of those that somebody rides, which may not move so."""
    answers = {
        (trip.line.slug, trip.slug): lines.shift_refusal(trip, moves[trip.pk], at=at)
        for trip in lines.ridden(list(moves), at=at)
    }
    return {names: refusal for names, refusal in answers.items() if refusal is not None}


def _stops_of(pattern_ids: set[int]) -> dict[int, list[Stop]]:
    found: dict[int, list[Stop]] = defaultdict(list)
    rows = PatternStop.objects.filter(pattern__in=pattern_ids).order_by("pattern_id", "seq")
    columns = ("place_id", "arrives_s", "departs_s", "may_board", "may_alight")
    for pattern_id, *stop in rows.values_list("pattern_id", *columns):
        found[pattern_id].append((stop[0], stop[1], stop[2], stop[3], stop[4]))
    return found
