"""What the rows of a feed mean in the tables of places and lines. Pure.

An import writes these values; an export compares them with what the tables say by now, and writes a
cell anew only where they differ (``exporting``). So whatever the tables have no room for comes out as
it went in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from transport.feeds.gtfs.rows.service import (
    Calendar,
    CalendarDate,
    Frequency,
    Route,
    Stop,
    StopTime,
    Trip,
)
from transport.feeds.gtfs.times import passings
from transport.feeds.words import Words
from transport.lines.models import Direction, ExceptionKind

Values = dict[str, Any]
Headways = tuple[tuple[int, int, int, bool], ...]
"""From, until before, every so many seconds, exactly then."""

MOST_ZH, MOST_EN, MOST_SHORT, MOST_HEADSIGN = 120, 160, 60, 200
MOST_MODE = 32_767
BUS = 3
ADDED, REMOVED = 1, 2
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STATION, STATION_KIND = 1, "station"
_PLACE_KINDS = {0: "stop", STATION: STATION_KIND, 2: "entrance", 3: "node", 4: "boarding_area"}
_KINDS = {ADDED: ExceptionKind.ADDED, REMOVED: ExceptionKind.REMOVED}
# Other than these two: by arrangement with the operator or the driver.
_FREELY = (None, 0)


def stop_values(row: Stop, words: Words, near: Mapping[str, Stop]) -> Values:
    """A place: names, kind, position, platform. Without a position it is where its parent is."""
    zh, en = words.pair("stops", "stop_name", row.stop_id, row.stop_name)
    latitude, longitude = position(row, near)
    return {
        "name_zh": (zh or row.stop_id)[:MOST_ZH],
        "name_en": en[:MOST_EN],
        "kind": _PLACE_KINDS[row.location_type or 0],
        "latitude": latitude,
        "longitude": longitude,
        "platform": (row.platform_code or "")[:MOST_SHORT],
    }


def position(row: Stop, near: Mapping[str, Stop]) -> tuple[float, float]:
    """Latitude and longitude, of the next one above in the station that has any."""
    seen = 0
    while row.stop_lat is None or row.stop_lon is None:
        seen += 1
        above = near.get(row.parent_station or "")
        if above is None or seen > len(_PLACE_KINDS):
            return 0.0, 0.0
        row = above
    return row.stop_lat, row.stop_lon


def route_values(row: Route, words: Words) -> Values:
    """A line: names, number, mode and colours. Without a long name it is called as its number."""
    zh, en = words.pair("routes", "route_long_name", row.route_id, row.route_long_name)
    if not row.route_long_name:
        zh, en = words.pair("routes", "route_short_name", row.route_id, row.route_short_name)
    return {
        "name_zh": (zh or row.route_id)[:MOST_ZH],
        "name_en": en[:MOST_EN],
        "short_name": (row.route_short_name or "")[:MOST_SHORT],
        "mode": row.route_type if row.route_type <= MOST_MODE else BUS,
        "colour": row.route_color or "",
        "text_colour": row.route_text_color or "",
    }


def service_values(row: Calendar | None) -> Values:
    """The week of a service; without one only its dates say when."""
    if row is None:
        return {"weekdays": "", "first_date": None, "last_date": None}
    days = [str(number) for number, name in enumerate(WEEK, 1) if getattr(row, name)]
    return {"weekdays": "".join(days), "first_date": row.start_date, "last_date": row.end_date}


def date_kinds(rows: Iterable[CalendarDate]) -> dict[date, str]:
    """What the exceptional dates of a service do."""
    return {row.date: _KINDS[row.exception_type].value for row in rows}


def trip_values(row: Trip, words: Words) -> Values:
    """What a trip shares with its pattern: direction and destination."""
    zh, en = words.pair("trips", "trip_headsign", row.trip_id, row.trip_headsign)
    return {
        "direction": (Direction.BACK if row.direction_id == 1 else Direction.OUT).value,
        "headsign_zh": zh[:MOST_HEADSIGN],
        "headsign_en": en[:MOST_HEADSIGN],
    }


def headway_values(row: Frequency) -> Values:
    """How often a trip departs."""
    return {
        "first_s": row.start_time,
        "until_s": row.end_time,
        "every_s": row.headway_secs,
        "is_exact": row.exact_times == 1,
    }


def headways_of(rows: Iterable[Frequency]) -> Headways:
    """All the headways of a trip, in order."""
    found = [headway_values(row) for row in rows]
    return tuple(
        sorted(
            (each["first_s"], each["until_s"], each["every_s"], each["is_exact"]) for each in found
        )
    )


def departs_s(along: Sequence[StopTime]) -> int | None:
    """When a trip leaves its first stop; None: it has no timetable that could be sold.

    Trips on request have windows instead of times, and go to areas instead of stops.
    """
    if len(along) < 2 or any(row.stop_id is None or _has_window(row) for row in along):
        return None
    first = along[0]
    return first.departure_time if first.departure_time is not None else first.arrival_time


def pattern_stops(along: Sequence[StopTime]) -> list[Values]:
    """The stops of a pattern by stop id; the times are as relative as those given."""
    found = []
    for row, passing in zip(along, passings(along), strict=True):
        assert passing is not None, "a trip with times passes every stop"
        found.append(
            {
                "stop_id": row.stop_id,
                "arrives_s": min(passing),
                "departs_s": max(passing),
                "may_board": row.pickup_type in _FREELY,
                "may_alight": row.drop_off_type in _FREELY,
            }
        )
    return found


def _has_window(row: StopTime) -> bool:
    return (
        row.start_pickup_drop_off_window is not None or row.end_pickup_drop_off_window is not None
    )
