"""The loader of shuttle lines: lines, stop patterns, timetable; lays out runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from accounts.organisations import queries as organisations
from kernel.places.loading import Folder, RegionFacts, Row, Tally, merge, provenance
from kernel.places.models import Place, Region
from transport.lines import operations as lines
from transport.lines import queries
from transport.lines.models import Direction, LineKind, LineStop, ShuttleLine, TimetableTrip

LINES, STOPS, TIMES = "shuttle_lines.csv", "shuttle_stops.csv", "shuttle_departures.csv"
_KINDS = {
    "scenic_shuttle": LineKind.SCENIC,
    "tourist_bus": LineKind.TOURIST,
    "airport_bus": LineKind.AIRPORT,
    "city_bus": LineKind.CITY,
}
_DIRECTIONS = {"out": Direction.OUT, "back": Direction.BACK}
_LINE_COLUMNS = (
    *("line_id", "name_zh", "name_en", "operator", "kind", "fare_cny", "length_km", "ride_min"),
    *("season", "seats_per_vehicle", "source", "confidence"),
)
_LINE_OPTIONAL = ("first_departure", "last_departure", "headway_min", "bidirectional")
_STOP_COLUMNS = (
    *("line_id", "direction", "seq", "node_id", "minute_offset", "km_from_start"),
    "fare_from_start_cny",
)
_TIME_COLUMNS = ("line_id", "direction", "trip_no", "departure", "arrival")
_PEAK_MONTHS = frozenset(range(3, 12))

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read; stops and trips by line slug and direction."""

    lines: list[Values]
    stops: list[Values]
    trips: list[Values]


class LinesLoader:
    """Reads shuttle_lines.csv, shuttle_stops.csv and shuttle_departures.csv."""

    name = "lines"

    def check(self, folder: Folder, facts: RegionFacts) -> Parsed:
        parsed = Parsed(
            lines=folder.sheet(
                LINES, _line, columns=_LINE_COLUMNS, optional=_LINE_OPTIONAL, required=False
            ),
            stops=folder.sheet(STOPS, _stop, columns=_STOP_COLUMNS, required=False),
            trips=folder.sheet(TIMES, _trip, columns=_TIME_COLUMNS, required=False),
        )
        _check_patterns(folder, parsed)
        return parsed

    def write(self, parsed: Parsed, *, region: Region, at: datetime) -> Sequence[Tally]:
        operators = {org.slug: org.pk for org in organisations.of_region(region.pk)}
        put = merge(
            ShuttleLine.objects.filter(region=region),
            key=("slug",),
            rows=[_line_values(row, region, operators) for row in parsed.lines],
        )
        ids = dict(ShuttleLine.objects.filter(region=region).values_list("slug", "pk"))
        places = dict(Place.objects.filter(region=region).values_list("slug", "pk"))
        stops = merge(
            LineStop.objects.filter(line__region=region),
            key=("line_id", "direction", "seq"),
            rows=[_stop_values(row, ids, places) for row in parsed.stops],
        )
        trips = merge(
            TimetableTrip.objects.filter(line__region=region),
            key=("line_id", "slug"),
            rows=[_for_line(row, ids) for row in parsed.trips],
        )
        return [put, stops, trips]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return lines.create_runs(
            region=region,
            first=region.local_date(at),
            last=until,
            peak_months=_PEAK_MONTHS,
        )

    def horizon(self, *, region: Region) -> date | None:
        return queries.last_day(region)


def _line(row: Row) -> Values:
    return {
        "slug": row.define("line", "line_id", row.code("line_id").lower()),
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        "operator": row.ref("operator", "operator"),
        "kind": _KINDS.get(row.choice("kind", _KINDS), LineKind.TOURIST),
        "peak_only": row.choice("season", ("peak", "all")) == "peak",
        "seats": row.whole("seats_per_vehicle", least=1, most=200),
        "ride_min": row.whole("ride_min", least=1, most=1440),
        "metres": int(row.decimal("length_km", least=0, most=2000) * 1000),
        **provenance(row),
    }


def _stop(row: Row) -> Values:
    return {
        "line": _line_ref(row),
        "direction": _DIRECTIONS.get(row.choice("direction", _DIRECTIONS), Direction.OUT),
        "seq": row.whole("seq", least=1, most=200),
        "place": row.ref("node_id", "place"),
        "minute": row.whole("minute_offset", most=1440),
        "metres": int(row.decimal("km_from_start", least=0, most=2000) * 1000),
        "fare_fen": row.fen("fare_from_start_cny"),
    }


def _trip(row: Row) -> Values:
    departs = row.clock("departure")
    return {
        "line": _line_ref(row),
        "direction": _DIRECTIONS.get(row.choice("direction", _DIRECTIONS), Direction.OUT),
        "slug": row.code("trip_no"),
        "departs_min": departs.hour * 60 + departs.minute,
    }


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
    for (line, direction), stops in patterns.items():
        stops.sort(key=lambda stop: stop["seq"])
        reason = _pattern_fault(stops)
        if reason:
            where = f"{line} {direction.lower()}"
            folder.note(file=STOPS, line=0, column="seq", reason=f"{where}: {reason}")
    for trip in parsed.trips:
        if (trip["line"], trip["direction"]) not in patterns:
            reason = _("trip %s has no stops in its direction") % trip["slug"]
            folder.note(file=TIMES, line=0, column="trip_no", reason=reason)


def _pattern_fault(stops: Sequence[Values]) -> str:
    if [stop["seq"] for stop in stops] != list(range(1, len(stops) + 1)) or len(stops) < 2:
        return _("stops must be numbered 1, 2, 3 … and be two at least")
    if stops[0]["minute"] or stops[0]["fare_fen"]:
        return _("the first stop is at minute 0 and costs nothing")
    for before, after in pairwise(stops):
        if after["minute"] <= before["minute"]:
            return _("a stop is not later than the one before")
        if after["fare_fen"] < before["fare_fen"]:
            return _("a fare is lower than at the stop before")
    return "" if stops[-1]["fare_fen"] else _("the last stop has no fare")


def _line_values(row: Values, region: Region, operators: dict[str, int]) -> Values:
    values = {key: value for key, value in row.items() if key != "operator"}
    return {
        **values,
        "region_id": region.pk,
        "organisation_id": operators[row["operator"]],
        "is_bookable": row["kind"] != LineKind.CITY,
    }


def _stop_values(row: Values, ids: dict[str, int], places: dict[str, int]) -> Values:
    values = _for_line(row, ids)
    place = values.pop("place")
    return {**values, "place_id": places[place]}


def _for_line(row: Values, ids: dict[str, int]) -> Values:
    values = {key: value for key, value in row.items() if key != "line"}
    return {"line_id": ids[row["line"]], **values}
