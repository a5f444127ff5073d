"""Departures between two stops: of every line that goes from one to the other without a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import OuterRef

from bookings.contracts import Words
from bookings.pricing import queries as pricing
from kernel.naming import EN, ZH
from kernel.places import calendar
from kernel.places.models import DayType, Region
from transport.lines import fares
from transport.lines.models import FareRule, ShuttleLine
from transport.lines.queries import ref_of
from transport.lines.ways import between as between_stops

MOST = 20
"""So many departures are shown at most; later ones are on the next page of the day."""

# Of every pattern the shortest way from one to the other; where a stop comes twice, the nearest two.
_WAYS = """
    WITH stops AS MATERIALIZED (
        SELECT s.*, row_number() OVER (PARTITION BY s.pattern_id ORDER BY s.seq)::int - 1 AS position
        FROM transport_lines_patternstop AS s
        WHERE s.pattern_id IN (
            SELECT a.pattern_id FROM transport_lines_patternstop AS a
            JOIN transport_lines_patternstop AS b
                ON b.pattern_id = a.pattern_id AND b.seq > a.seq AND b.place_id = ANY(%s)
            JOIN transport_lines_pattern AS p ON p.id = a.pattern_id
            JOIN transport_lines_shuttleline AS l
                ON l.id = p.line_id AND l.region_id = %s AND l.is_open
            WHERE a.place_id = ANY(%s)
        )
    ), ways AS (
        SELECT DISTINCT ON (a.pattern_id) a.pattern_id, a.position AS board, b.position AS alight,
            a.departs_s, b.arrives_s, a.bay, a.place_id AS start_id, b.place_id AS end_id
        FROM stops AS a JOIN stops AS b ON b.pattern_id = a.pattern_id AND b.seq > a.seq
        WHERE a.place_id = ANY(%s) AND b.place_id = ANY(%s) AND a.may_board AND b.may_alight
        ORDER BY a.pattern_id, b.arrives_s - a.departs_s, a.seq
    )
    SELECT w.pattern_id, p.line_id, p.slug, w.board, w.alight, w.departs_s, w.arrives_s,
        w.bay, x.name_zh, x.name_en, y.name_zh, y.name_en, f.fares, p.ride_fares_fen
    FROM ways AS w
    JOIN transport_lines_pattern AS p ON p.id = w.pattern_id
    JOIN kernel_places_place AS x ON x.id = w.start_id
    JOIN kernel_places_place AS y ON y.id = w.end_id
    JOIN (SELECT pattern_id, array_agg(fare_fen ORDER BY seq) AS fares FROM stops GROUP BY 1) AS f
        ON f.pattern_id = w.pattern_id
"""

# The runs of those ways that board from a moment on, late ones when they really do, with what is left on
# the fullest of their segments. The index finds them by the timetable: no run is late by more than 12 h.
# A run with other segments than its pattern has stops for was laid out before the line was changed.
_RUNS = """
    SELECT r.id, w.pattern_id, r.service_date, r.departs_at, r.delay_s, r.bay, c.day_type, coalesce((
        SELECT min(k.capacity - k.taken - k.kept) FROM bookings_inventory_bucket AS k
        WHERE k.id = ANY(r.segments[w.board + 1 : w.alight])
    ), 0)
    FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[])
        AS w(pattern_id, board, alight, departs_s, segments)
    JOIN LATERAL (
        SELECT * FROM transport_lines_run AS one
        WHERE one.pattern_id = w.pattern_id AND one.state = 'SCHEDULED'
            AND one.departs_at > %s - make_interval(hours => 12, secs => w.departs_s)
            AND one.departs_at + make_interval(secs => one.delay_s)
                > %s - make_interval(secs => w.departs_s)
            AND one.departs_at <= %s - make_interval(secs => w.departs_s)
            AND cardinality(one.segments) = w.segments
        ORDER BY one.departs_at + make_interval(secs => one.delay_s), one.id LIMIT %s
    ) AS r ON true
    LEFT JOIN tourism_areas_calendarday AS c ON c.region_id = %s AND c.date = r.service_date
    ORDER BY r.departs_at + make_interval(secs => r.delay_s + w.departs_s), r.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Departure:
    """A run that goes from one stop to another. ``board`` and ``alight`` are positions of its pattern,
    from 0; ``left`` is what can be had of every segment between; ``delay_s`` seconds is it late, which
    both moments count with; ``bay`` is where riders get on, as the sign says it."""

    run_id: int
    service_date: date
    line: ShuttleLine
    pattern: str
    board: int
    alight: int
    way: Words
    boards_at: datetime
    alights_at: datetime
    fare_fen: int
    left: int
    delay_s: int
    bay: str

    @property
    def ref(self) -> str:
        """What is asked for to buy it."""
        return ref_of(self.run_id, self.board, self.alight)


@dataclass(frozen=True, slots=True)
class OnBoard:
    """A line that goes there and whose seats are not booked; the ride by positions of its pattern."""

    line: ShuttleLine
    pattern: str
    board: int
    alight: int
    way: Words


@dataclass(frozen=True, slots=True)
class Found:
    """What goes from one stop to another: ``rows`` by time, and lines that are paid ``on_board``."""

    rows: list[Departure]
    on_board: list[OnBoard]


@dataclass(frozen=True, slots=True)
class _Way:
    """A ride along a pattern, by positions (from 0) of its stops, and what it costs on a usual day."""

    pattern_id: int
    line_id: int
    slug: str
    board: int
    alight: int
    departs_s: int
    arrives_s: int
    bay: str
    start: Words
    end: Words
    fares: Sequence[int]
    rides: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of a way, and what is left on it."""

    run_id: int
    pattern_id: int
    service_date: date
    departs_at: datetime
    delay_s: int
    bay: str
    day_type: str | None
    left: int


def between(
    region: Region,
    *,
    start: Collection[int],
    end: Collection[int],
    after: datetime,
    until: datetime,
    most: int = MOST,
) -> Found:
    """What goes from any of the places ``start`` to any of ``end`` without a change.

    The next departures by when they board, later than ``after``, up to ``until``; and the lines on which
    riders pay on board, whose runs are not laid out. Three statements at most.
    """
    ways = _ways(region, list(start), list(end))
    runs = _runs(region, list(ways.values()), after, until, most) if ways else []
    lines = _lines(region, {way.line_id for way in ways.values()}) if ways else {}
    rows = [
        _departure(run, way, lines[way.line_id])
        for run in runs
        for way in [ways[run.pattern_id]]
        if way.line_id in lines
    ]
    return Found(rows, _on_board(ways.values(), lines))


def _on_board(ways: Iterable[_Way], lines: Mapping[int, Any]) -> list[OnBoard]:
    """Of each line that is not booked the shortest way, by what stands on the vehicles."""
    shortest: dict[int, _Way] = {}
    for way in sorted(ways, key=lambda way: (way.alight - way.board, way.pattern_id)):
        if way.line_id in lines and not lines[way.line_id].is_bookable:
            shortest.setdefault(way.line_id, way)
    rows = [
        OnBoard(lines[pk], way.slug, way.board, way.alight, _between(way))
        for pk, way in shortest.items()
    ]
    return sorted(rows, key=lambda row: (row.line.short_name, row.line.slug))


def _between(way: _Way) -> Words:
    return between_stops(way.start, way.end)


def _ways(region: Region, start: list[int], end: list[int]) -> dict[int, _Way]:
    """The ways by pattern id."""
    with connection.cursor() as cursor:
        cursor.execute(_WAYS, [end, region.pk, start, start, end])
        rows = [
            _Way(*(*ride, {ZH: a_zh, EN: a_en}, {ZH: b_zh, EN: b_en}, each, own))
            for *ride, a_zh, a_en, b_zh, b_en, each, own in cursor.fetchall()
        ]
    return {way.pattern_id: way for way in rows}


def _runs(
    region: Region, ways: Sequence[_Way], after: datetime, until: datetime, most: int
) -> list[_Run]:
    """By when they board."""
    with connection.cursor() as cursor:
        cursor.execute(
            _RUNS,
            [
                [way.pattern_id for way in ways], [way.board for way in ways],
                [way.alight for way in ways], [way.departs_s for way in ways],
                [len(way.fares) - 1 for way in ways],
                after, after, until, most, region.pk, most,
            ],
        )  # fmt: skip
        return [_Run(*row) for row in cursor.fetchall()]


def _lines(region: Region, line_ids: Iterable[int]) -> Mapping[int, Any]:
    """The lines by id, each with what other days make of its fares."""
    rules = FareRule.objects.filter(line=OuterRef("pk"))
    lines = ShuttleLine.objects.filter(pk__in=line_ids).annotate(
        rule_rows=pricing.rules_column(rules, permille="permille")
    )
    found = {line.pk: line for line in lines}
    for line in found.values():
        line.region = region
    return found


def _departure(run: _Run, way: _Way, line: Any) -> Departure:
    leaves_at = run.departs_at + timedelta(seconds=run.delay_s)
    return Departure(
        run_id=run.run_id,
        service_date=run.service_date,
        line=line,
        pattern=way.slug,
        board=way.board,
        alight=way.alight,
        way=_between(way),
        boards_at=leaves_at + timedelta(seconds=way.departs_s),
        alights_at=leaves_at + timedelta(seconds=way.arrives_s),
        fare_fen=fares.fare_fen(way.fares, way.board, way.alight, _permille(line, run), way.rides),
        left=run.left,
        delay_s=run.delay_s,
        bay=(run.bay if way.board == 0 else "") or way.bay,
    )


def _permille(line: Any, run: _Run) -> int:
    """What the run's day makes of the line's fares."""
    day, kind = run.service_date, run.day_type
    day_type = DayType(kind) if kind else calendar.by_weekday(day).day_type
    return fares.day_permille([pricing.read_rule(row) for row in line.rule_rows], day, day_type)
