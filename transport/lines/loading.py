"""The loader of shuttle lines: seasons, refund rules, lines, stop patterns, timetable; lays out runs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.organisations import queries as organisations
from kernel.errors import Refusal
from kernel.places.loading import (
    BadRegionData,
    Folder,
    Problem,
    RegionFacts,
    Row,
    Tally,
    merge,
    provenance,
)
from kernel.places.models import Place, Region
from transport.lines import loading_moves
from transport.lines import operations as lines
from transport.lines.horizon import laid_out_until
from transport.lines.models import (
    LADDER,
    MOST_SEATS,
    SEATS_A_LAP,
    Direction,
    LineKind,
    Pattern,
    PatternStop,
    ShuttleLine,
    TimetableTrip,
)

LINES, STOPS, TIMES = "shuttle_lines.csv", "shuttle_stops.csv", "shuttle_departures.csv"
SEASONS, RULES = "shuttle_seasons.csv", "shuttle_refund_rules.csv"
EVERY_LINE = "*"
_KINDS = {
    "scenic_shuttle": LineKind.SCENIC,
    "tourist_bus": LineKind.TOURIST,
    "airport_bus": LineKind.AIRPORT,
    "city_bus": LineKind.CITY,
}
_ON_ROADS = (LineKind.TOURIST, LineKind.AIRPORT)
"""Coaches: on each one child in ten seats rides on a lap for nothing (road-passenger rule No. 17/2020)."""

_SOLD_AS = ("seat", "time", "on_board")
_DIRECTIONS = {"out": Direction.OUT, "back": Direction.BACK}
_LINE_COLUMNS = (
    *("line_id", "name_zh", "name_en", "operator", "kind", "fare_cny", "length_km", "ride_min"),
    *("season", "seats_per_vehicle", "source", "confidence"),
)
_LINE_OPTIONAL = ("first_departure", "last_departure", "headway_min", "bidirectional", "sold_as")
_STOP_COLUMNS = (
    *("line_id", "direction", "seq", "node_id", "minute_offset", "km_from_start"),
    "fare_from_start_cny",
)
_STOP_OPTIONAL = ("bay",)
_TIME_COLUMNS = ("line_id", "direction", "trip_no", "departure", "arrival")
_SEASON_COLUMNS = ("season", "first_month", "last_month", "source", "confidence")
_RULE_COLUMNS = ("line_id", "ladder", "words_zh", "words_en", "source", "confidence")
_LATEST_S = 36 * 3600
_CLOCK = re.compile(r"([0-3]?[0-9]):([0-5][0-9])", re.ASCII)

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read: months by season, refund rules by line slug (or ``*``), the rest row by row.

    ``row`` in stops and trips is the line of the file.
    """

    seasons: dict[str, Values]
    rules: dict[str, Values]
    lines: list[Values]
    stops: list[Values]
    trips: list[Values]


class LinesLoader:
    """Reads shuttle_seasons.csv, shuttle_lines.csv, shuttle_refund_rules.csv, shuttle_stops.csv and
    shuttle_departures.csv. A region without lines has none of them."""

    name = "lines"

    def check(self, folder: Folder, facts: RegionFacts) -> Parsed:
        if not folder.has(LINES):
            return Parsed({}, {}, [], [], [])
        seasons = folder.sheet(SEASONS, _season, columns=_SEASON_COLUMNS)
        lines = folder.sheet(LINES, _line, columns=_LINE_COLUMNS, optional=_LINE_OPTIONAL)
        rules = folder.sheet(RULES, _rule, columns=_RULE_COLUMNS)
        parsed = Parsed(
            seasons={row.pop("season"): row for row in seasons},
            rules={row.pop("line"): row for row in rules},
            lines=lines,
            stops=folder.sheet(STOPS, _stop, columns=_STOP_COLUMNS, optional=_STOP_OPTIONAL),
            trips=folder.sheet(TIMES, _trip, columns=_TIME_COLUMNS),
        )
        _check_patterns(folder, parsed)
        _check_rules(folder, parsed)
        return parsed

    def write(self, parsed: Parsed, *, region: Region, at: datetime) -> Sequence[Tally]:
        """Departures on sale that move take their riders along; those out of season end.

        :raises BadRegionData: one would move too far, or too soon, for whoever has booked it.
        """
        before, seasons = loading_moves.clocks_of(region, at=at), loading_moves.seasons_of(region)
        operators = {org.slug: org.pk for org in organisations.of_region(region.pk)}
        put = merge(
            ShuttleLine.objects.filter(region=region),
            key=("slug",),
            rows=[_line_values(row, parsed, region, operators) for row in parsed.lines],
        )
        ids = dict(ShuttleLine.objects.filter(region=region).values_list("slug", "pk"))
        places = dict(Place.objects.filter(region=region).values_list("slug", "pk"))
        patterns = merge(
            Pattern.objects.filter(line__region=region),
            key=("line_id", "slug"),
            rows=[_pattern_values(line, way, ids) for line, way in _ways(parsed)],
        )
        known = _patterns(region)
        stops = merge(
            PatternStop.objects.filter(pattern__line__region=region),
            key=("pattern_id", "seq"),
            rows=_stop_rows(parsed.stops, known, places),
        )
        trips = merge(
            TimetableTrip.objects.filter(line__region=region),
            key=("line_id", "slug"),
            rows=[_trip_values(row, ids, known) for row in parsed.trips],
        )
        _refuse(loading_moves.follow(region, before, at=at), parsed.trips)
        loading_moves.follow_seasons(region, seasons, at=at)
        return [put, patterns, stops, trips]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return lines.create_runs(region=region, first=region.local_date(at), last=until)

    def horizon(self, *, region: Region) -> date | None:
        return laid_out_until(region)


def _refuse(refused: Mapping[tuple[str, str], Refusal], trips: Sequence[Values]) -> None:
    """:raises BadRegionData: with the rows of these trips, by the short names of line and trip."""
    rows = {(trip["line"], trip["slug"]): trip["row"] for trip in trips}
    problems = [
        Problem(TIMES, rows.get(names, 0), "departure", f"{'/'.join(names)}: {refusal.reason}")
        for names, refusal in refused.items()
    ]
    if problems:
        raise BadRegionData(problems)


def _season(row: Row) -> Values:
    provenance(row)
    return {
        "season": row.define("season", "season", row.slug("season")),
        "first_month": row.whole("first_month", least=1, most=12),
        "last_month": row.whole("last_month", least=1, most=12),
    }


def _rule(row: Row) -> Values:
    provenance(row)
    line = EVERY_LINE if row.cells["line_id"] == EVERY_LINE else _line_ref(row)
    row.define("shuttle refund rule", "line_id", line)
    ladder = row.text("ladder", most=100)
    try:
        LADDER(ladder)
    except ValidationError as error:
        row.bad("ladder", error.messages[0])
    return {
        "line": line,
        "refund_ladder": ladder,
        "refund_words_zh": row.text("words_zh"),
        "refund_words_en": row.text("words_en"),
    }


def _line(row: Row) -> Values:
    kind = _KINDS.get(row.choice("kind", _KINDS), LineKind.TOURIST)
    seats = row.whole("seats_per_vehicle", least=1, most=MOST_SEATS)
    return {
        "slug": row.define("line", "line_id", row.code("line_id").lower()),
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        "operator": row.ref("operator", "operator"),
        "kind": kind,
        "season": row.ref("season", "season"),
        "sold_as": row.choice("sold_as", _SOLD_AS, blank=True),
        "seats": seats,
        "lap_places": seats // SEATS_A_LAP if kind in _ON_ROADS else 0,
        "ride_min": row.whole("ride_min", least=1, most=1440),
        "metres": int(row.decimal("length_km", least=0, most=2000) * 1000),
        **provenance(row),
    }


def _stop(row: Row) -> Values:
    return {
        "row": row.line,
        "line": _line_ref(row),
        "direction": _DIRECTIONS.get(row.choice("direction", _DIRECTIONS), Direction.OUT),
        "seq": row.whole("seq", least=1, most=200),
        "place": row.ref("node_id", "place"),
        "minute": row.whole("minute_offset", most=1440),
        "metres": int(row.decimal("km_from_start", least=0, most=2000) * 1000),
        "fare_fen": row.fen("fare_from_start_cny"),
        "bay": row.text("bay", most=20, blank=True),
    }


def _trip(row: Row) -> Values:
    line, slug = _line_ref(row), row.code("trip_no")
    row.define("trip", "trip_no", f"{line}/{slug}")
    return {
        "row": row.line,
        "line": line,
        "direction": _DIRECTIONS.get(row.choice("direction", _DIRECTIONS), Direction.OUT),
        "slug": slug,
        "departs_s": _seconds(row, "departure"),
    }


def _seconds(row: Row, column: str) -> int:
    """Seconds after the service day's midnight of a time such as 06:30, or 25:10 on the next day."""
    value = row.cells[column]
    found = _CLOCK.fullmatch(value)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 if found else _LATEST_S + 1
    if seconds > _LATEST_S:
        row.bad(column, _("“%(value)s” is not a time like 06:30 or 25:10") % {"value": value[:40]})
        return 0
    return seconds


def _line_ref(row: Row) -> str:
    slug = row.code("line_id").lower()
    if row.is_good and ("line", slug) not in row.folder.names:
        row.bad("line_id", _("there is no line “%s”") % slug)
    return slug


def _check_patterns(folder: Folder, parsed: Parsed) -> None:
    """Every pattern starts at 0, goes forward in time and never gets cheaper; trips have one."""
    patterns: dict[tuple[str, str], list[Values]] = defaultdict(list)
    for stop in parsed.stops:
        patterns[stop["line"], stop["direction"]].append(stop)
    for stops in patterns.values():
        stops.sort(key=lambda stop: stop["seq"])
        for stop, column, reason in _pattern_faults(stops):
            folder.note(file=STOPS, line=stop["row"], column=column, reason=reason)
    for trip in parsed.trips:
        if (trip["line"], trip["direction"]) not in patterns:
            reason = _("trip %s has no stops in its direction") % trip["slug"]
            folder.note(file=TIMES, line=trip["row"], column="trip_no", reason=reason)


def _pattern_faults(stops: Sequence[Values]) -> Iterator[tuple[Values, str, str]]:
    """What is wrong with a stop pattern, stop by stop: the stop, the column, the reason."""
    first, last = stops[0], stops[-1]
    if len(stops) < 2:
        yield first, "seq", _("is the only stop; a line has two at least")
    for column, value in (("minute_offset", "minute"), ("fare_from_start_cny", "fare_fen")):
        if first[value]:
            yield first, column, _("must be 0 at the first stop")
    if not last["fare_fen"]:
        yield last, "fare_from_start_cny", _("must be more than 0 at the last stop")
    for number, stop in enumerate(stops, start=1):
        if stop["seq"] != number:
            yield stop, "seq", _("stops must be numbered 1, 2, 3 …")
    yield from _step_faults(stops)


def _step_faults(stops: Sequence[Values]) -> Iterator[tuple[Values, str, str]]:
    for before, after in pairwise(stops):
        if after["minute"] <= before["minute"]:
            yield after, "minute_offset", _("is not later than at the stop before")
        if after["fare_fen"] < before["fare_fen"]:
            yield after, "fare_from_start_cny", _("is lower than at the stop before")


def _check_rules(folder: Folder, parsed: Parsed) -> None:
    """Every line needs a refund rule, its own or the general one."""
    for line in parsed.lines:
        if line["slug"] not in parsed.rules and EVERY_LINE not in parsed.rules:
            reason = _("has no rule for %(line)s") % {"line": line["slug"]}
            folder.note(file=RULES, line=0, column="line_id", reason=reason)


def _line_values(row: Values, parsed: Parsed, region: Region, operators: dict[str, int]) -> Values:
    other = ("operator", "season", "sold_as")
    values = {key: value for key, value in row.items() if key not in other}
    sold_as = row["sold_as"] or ("on_board" if row["kind"] == LineKind.CITY else "seat")
    return {
        **values,
        **parsed.seasons[row["season"]],
        **(parsed.rules.get(row["slug"]) or parsed.rules[EVERY_LINE]),
        "region_id": region.pk,
        "organisation_id": operators[row["operator"]],
        "is_bookable": sold_as == "seat",
    }


def _ways(parsed: Parsed) -> list[tuple[str, Direction]]:
    """Each line's directions that have stops: one stop pattern each, named after its direction."""
    return list(dict.fromkeys((stop["line"], stop["direction"]) for stop in parsed.stops))


def _patterns(region: Region) -> dict[tuple[str, str], int]:
    """The ids of a region's stop patterns, by the line's short name and their own."""
    patterns = Pattern.objects.filter(line__region=region)
    return {(line, slug): pk for line, slug, pk in patterns.values_list("line__slug", "slug", "pk")}


def _pattern_values(line: str, way: Direction, ids: dict[str, int]) -> Values:
    return {"line_id": ids[line], "slug": way.lower(), "direction": way}


def _stop_rows(
    stops: Sequence[Values], patterns: dict[tuple[str, str], int], places: dict[str, int]
) -> list[Values]:
    """Where no stop of the region has a bay, bays are the operators' own to write."""
    rows = [_stop_values(row, patterns, places) for row in stops]
    if any(row["bay"] for row in stops):
        return [{**row, "bay": stop["bay"]} for row, stop in zip(rows, stops, strict=True)]
    return rows


def _stop_values(
    row: Values, patterns: dict[tuple[str, str], int], places: dict[str, int]
) -> Values:
    """Vehicles do not wait at stops by these tables: they arrive when they leave."""
    seconds = row["minute"] * 60
    return {
        "pattern_id": patterns[row["line"], row["direction"].lower()],
        "seq": row["seq"],
        "place_id": places[row["place"]],
        "arrives_s": seconds,
        "departs_s": seconds,
        "metres": row["metres"],
        "fare_fen": row["fare_fen"],
    }


def _trip_values(row: Values, ids: dict[str, int], patterns: dict[tuple[str, str], int]) -> Values:
    return {
        "line_id": ids[row["line"]],
        "pattern_id": patterns[row["line"], row["direction"].lower()],
        "slug": row["slug"],
        "departs_s": row["departs_s"],
    }
