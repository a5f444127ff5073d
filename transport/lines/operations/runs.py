"""Lay out runs from the timetable, region by region, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED

from bookings.inventory import operations as inventory
from kernel.places.models import Region
from transport.lines import queries
from transport.lines.calendars import Calendar
from transport.lines.models import Run, RunState, ShuttleLine, TimetableTrip

_BATCH = 2000
_NOON_S = 12 * 3600

Lines = Mapping[int, ShuttleLine]
Lengths = Mapping[int, int]
"""How many stops each pattern has, by its id."""

_DROP_OUTGROWN = """
    DELETE FROM transport_lines_run AS r USING (
        SELECT s.pattern_id, count(*) - 1 AS segments FROM transport_lines_patternstop AS s
        JOIN transport_lines_pattern AS p ON p.id = s.pattern_id
        WHERE p.line_id = ANY(%s) GROUP BY s.pattern_id
    ) AS now
    WHERE r.pattern_id = now.pattern_id AND cardinality(r.segments) <> now.segments
        AND r.line_id = ANY(%s) AND r.service_date >= %s AND r.state = 'SCHEDULED'
        AND NOT EXISTS (SELECT FROM transport_lines_boarding AS b WHERE b.run_id = r.id)
        AND NOT EXISTS (SELECT FROM transport_lines_relief AS a WHERE a.run_id = r.id)
"""

# A run is the same one by trip, day and number: who lays it out at the same time makes it once.
_MADE = {
    "line_id": "bigint", "trip_id": "bigint", "pattern_id": "bigint", "service_date": "date",
    "number": "smallint", "departs_at": "timestamptz", "segments": "bigint[]",
    "lap_segments": "bigint[]", "luggage_segments": "bigint[]",
}  # fmt: skip
_SERIES = {"": "segments", ".lap": "lap_segments", ".luggage": "luggage_segments"}
"""What the keys of a run's buckets have in them, and the column that names those."""
_MAKE = """
    INSERT INTO transport_lines_run ({names}, {others})
    SELECT {names}, {values} FROM json_to_recordset(%s) AS r({types}) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A run that the timetable asks for and that is not there yet."""

    trip: TimetableTrip
    day: date
    number: int
    departs_s: int


def create_runs(
    *,
    region: Region,
    first: date,
    last: date,
    tell: Callable[[int, int], None] = lambda _made, _of: None,
) -> int:
    """Make the runs of all open, bookable lines from ``first`` to ``last``; return how many.

    Runs that exist stay as they are, but for those nobody has bought whose pattern has more or fewer
    stops by now: they are laid out again. ``tell`` hears after each batch how many of how many there are.
    """
    lines = {line.pk: line for line in queries.bookable_lines(region).select_related("region")}
    lengths = queries.lengths_of(lines)
    _drop_outgrown(list(lines), first)
    wanted = _wanted(lines, lengths, first, last)
    for start in range(0, len(wanted), _BATCH):
        _make(wanted[start : start + _BATCH], lines, lengths)
        tell(min(start + _BATCH, len(wanted)), len(wanted))
    return len(wanted)


def drop_unsold(*, line_ids: Collection[int], at: datetime) -> int:
    """Delete coming runs that the timetable of these lines no longer has and that nobody has
    bought; return how many. Locks them, so that nobody buys one meanwhile.

    Where another vehicle was asked for, it stays: somebody has waited for it."""
    dropped = off_timetable(line_ids, at, Run.objects.filter(boardings=None, reliefs=None))
    with transaction.atomic():
        runs = Run.objects.filter(pk__in=dropped)
        list(runs.select_for_update().order_by("pk").values("pk"))
        count, _by_model = runs.filter(boardings=None, reliefs=None).delete()
    return count


def off_timetable(line_ids: Collection[int], at: datetime, runs: Any = None) -> list[int]:
    """The ids of coming runs (of ``runs``) that the timetable of these lines no longer has, by time."""
    calendar = queries.calendar_of(line_ids)
    lines = ShuttleLine.objects.select_related("region").in_bulk(list(line_ids))
    trips = TimetableTrip.objects.filter(line_id__in=line_ids).in_bulk()
    coming = (Run.objects.all() if runs is None else runs).filter(
        line__in=line_ids, state=RunState.SCHEDULED, departs_at__gt=at
    )
    rows = coming.order_by("departs_at", "pk").values_list("pk", "trip_id", "service_date")
    return [
        pk
        for pk, trip_id, day in rows
        if not calendar.runs_on(lines[trips[trip_id].line_id], trips[trip_id], day)
    ]


def departure(line: ShuttleLine, departs_s: int, day: date) -> datetime:
    """The moment so many seconds into a service day of a line.

    Counted from noon minus twelve hours, as GTFS does, so that a day on which the clocks change
    keeps its timetable.
    """
    return _noon(line.tz, day) + timedelta(seconds=departs_s - _NOON_S)


@lru_cache(maxsize=4096)
def _noon(tz: ZoneInfo, day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=tz).astimezone(UTC)


def departures(trip: TimetableTrip) -> list[int]:
    """When a trip departs, in seconds after the service day's midnight: by its headways, or once."""
    headways = list(trip.headways.all())
    return sorted(s for each in headways for s in each.departures) if headways else [trip.departs_s]


def _wanted(lines: Lines, lengths: Lengths, first: date, last: date) -> list[_Wanted]:
    """The runs that there are not yet, day by day."""
    runs = Run.objects.filter(line_id__in=lines, service_date__gte=first, service_date__lte=last)
    known = set(runs.values_list("trip_id", "service_date", "number"))
    trips = TimetableTrip.objects.filter(line_id__in=lines).prefetch_related("headways")
    served = [
        (trip, departures(trip))
        for trip in trips.order_by("pk")
        if lengths.get(trip.pattern_id, 0) >= 2
    ]
    days = queries.days(first, last)
    running = _days_by_service((trip for trip, _times in served), lines, days)
    return [
        _Wanted(trip, day, number, departs_s)
        for day in days
        for trip, times in served
        if day in running[trip.line_id, trip.service_id] and trip.is_valid_on(day)
        for number, departs_s in enumerate(times)
        if (trip.pk, day, number) not in known
    ]


def _days_by_service(
    trips: Iterable[TimetableTrip], lines: Lines, days: Sequence[date]
) -> dict[tuple[int, int | None], frozenset[date]]:
    """On which of these days each line runs by each service: looked up once for all trips alike."""
    calendar: Calendar = queries.calendar_of(lines)
    return {
        (line_id, service_id): frozenset(
            day for day in days if calendar.has(lines[line_id], service_id, day)
        )
        for line_id, service_id in {(trip.line_id, trip.service_id) for trip in trips}
    }


def _drop_outgrown(line_ids: list[int], first: date) -> None:
    """Delete runs nobody has bought that have other segments than their pattern has stops for."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP_OUTGROWN, [line_ids, line_ids, first])


def _make(wanted: Sequence[_Wanted], lines: Lines, lengths: Lengths) -> None:
    """One batch: the segments' buckets in one statement, then the runs in one."""
    with transaction.atomic():
        buckets = inventory.shape_series(
            [
                each
                for one in wanted
                for each in _series(one, lines[one.trip.line_id], lengths[one.trip.pattern_id] - 1)
            ]
        )
        rows = [
            _row(one, lines[one.trip.line_id], buckets[start : start + len(_SERIES)])
            for one, start in zip(wanted, count(0, len(_SERIES)), strict=False)
        ]
        others = _others()
        sql = _MAKE.format(
            names=", ".join(_MADE),
            types=", ".join(f"{name} {kind}" for name, kind in _MADE.items()),
            others=", ".join(others),
            values=", ".join(["%s"] * len(others)),
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*others.values(), msgspec.json.encode(rows).decode()])


def _series(one: _Wanted, line: ShuttleLine, segments: int) -> list[inventory.Series]:
    """The buckets of a run's seats, laps and places for luggage, one on each segment."""
    places = (line.places, line.lap_places, line.luggage_places)
    return [
        inventory.Series(_key(one, kind), line.region_id, most, segments if most else 0)
        for kind, most in zip(_SERIES, places, strict=True)
    ]


def _others() -> dict[str, Any]:
    """What every new run has in its other columns, but for those that the database fills in itself."""
    fields = (field for field in Run._meta.concrete_fields if not field.primary_key)
    return {
        field.attname: field.get_default()
        for field in fields
        if field.attname not in _MADE and field.db_default is NOT_PROVIDED
    }


def _key(one: _Wanted, kind: str) -> str:
    """What the buckets of a run are called; a day's first run of a trip is not numbered."""
    number = f"#{one.number}" if one.number else ""
    return f"transport.lines{kind}:{one.trip.pk}:{one.day}{number}"


def _row(one: _Wanted, line: ShuttleLine, buckets: Sequence[list[int]]) -> dict[str, Any]:
    return {
        "line_id": line.pk,
        "trip_id": one.trip.pk,
        "pattern_id": one.trip.pattern_id,
        "service_date": one.day,
        "number": one.number,
        "departs_at": departure(line, one.departs_s, one.day),
        **dict(zip(_SERIES.values(), buckets, strict=True)),
    }
