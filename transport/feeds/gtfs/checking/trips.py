"""Trips and their stop times: two stops at least, in order, times that do not go back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.checking.stations import STOP, kind
from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.rows.service import StopTime

_TABLE = "stop_times"
# What lets riders on or off between stops, along the shape.
_CONTINUOUS = (0, 2, 3)


def check(findings: Findings) -> None:
    _check_stops(findings)
    rows = findings.feed.stop_times
    along = _by_trip(rows)
    for indexes in along.values():
        if _TABLE not in findings.missing:
            _check_edges(findings, rows, indexes)
        _check_times(findings, rows, indexes)
        _check_distances(findings, rows, indexes)
    _check_trips(findings, along)
    _check_frequencies(findings)


def _by_trip(rows: list[StopTime]) -> dict[str, list[int]]:
    """Where the stop times of each trip are, in the order of the trip."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        found[row.trip_id].append(index)
    # A cell that could not be understood leaves the order of its trip unknown.
    for unknown in {row.trip_id for row in rows if row.stop_sequence is None}:
        del found[unknown]
    found.pop(None, None)  # type: ignore[call-overload]
    for indexes in found.values():
        indexes.sort(key=lambda index: rows[index].stop_sequence)
    return found


def _check_stops(findings: Findings) -> None:
    """Vehicles stop at stops, not at stations or entrances."""
    other = {stop.stop_id for stop in findings.feed.stops if kind(stop) != STOP}
    for index, row in enumerate(findings.feed.stop_times):
        if row.stop_id in other:
            message = _("“%(value)s” is no stop: location type 0 is wanted")
            findings.refuse(_TABLE, index, "stop_id", message, value=row.stop_id)


def _check_edges(findings: Findings, rows: list[StopTime], indexes: list[int]) -> None:
    if len(indexes) < 2:
        message = _("a trip needs two stops or more")
        findings.refuse(_TABLE, indexes[0], "trip_id", message)
        return
    for index in (indexes[0], indexes[-1]):
        row = rows[index]
        if row.arrival_time is None and row.departure_time is None and not _has_window(row):
            message = _("the first and the last stop of a trip need a time")
            findings.refuse(_TABLE, index, "arrival_time", message)


def _has_window(row: StopTime) -> bool:
    return (
        row.start_pickup_drop_off_window is not None or row.end_pickup_drop_off_window is not None
    )


def _check_times(findings: Findings, rows: list[StopTime], indexes: list[int]) -> None:
    last = 0
    for index in indexes:
        row = rows[index]
        arrival, departure = row.arrival_time, row.departure_time
        if arrival is None and departure is None:
            if row.timepoint == 1 and not _has_window(row):
                findings.refuse(_TABLE, index, "timepoint", _("an exact stop needs its times"))
            continue
        if arrival is None or departure is None:
            message = _("only one of arrival and departure is given; it counts for both")
            findings.note(_TABLE, index, "departure_time", message)
        if arrival is not None and arrival < last:
            findings.refuse(_TABLE, index, "arrival_time", _("is before the stop before"))
        last = last if arrival is None else arrival
        if departure is not None and departure < last:
            findings.refuse(_TABLE, index, "departure_time", _("is before the arrival"))
        last = last if departure is None else departure


def _check_distances(findings: Findings, rows: list[StopTime], indexes: list[int]) -> None:
    last = -1.0
    for index in indexes:
        distance = rows[index].shape_dist_traveled
        if distance is None:
            continue
        if distance < last:
            message = _("must not become less along the way")
            findings.refuse(_TABLE, index, "shape_dist_traveled", message)
        elif distance == last:
            message = _("is the same as at the stop before")
            findings.note(_TABLE, index, "shape_dist_traveled", message)
        last = distance


def _check_trips(findings: Findings, along: Mapping[str, list[int]]) -> None:
    feed = findings.feed
    if not feed.trips and "trips" not in findings.missing:
        findings.refuse_file("trips.txt", _("must have a row"))
    continuous = {
        route.route_id
        for route in feed.routes
        if {route.continuous_pickup, route.continuous_drop_off} & set(_CONTINUOUS)
    }
    for index, trip in enumerate(feed.trips):
        if trip.trip_id not in along and _TABLE not in findings.missing:
            findings.note("trips", index, "trip_id", _("has no stop times and never runs"))
        if trip.route_id in continuous and trip.shape_id is None:
            message = _("is empty, though riders may get on or off between stops")
            findings.note("trips", index, "shape_id", message)


def _check_frequencies(findings: Findings) -> None:
    rows = findings.feed.frequencies
    of_trip: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.start_time is None or row.end_time is None:
            continue
        if row.start_time >= row.end_time:
            findings.refuse("frequencies", index, "end_time", _("must be after start_time"))
        of_trip[row.trip_id].append(index)
    for indexes in of_trip.values():
        indexes.sort(key=lambda index: rows[index].start_time)
        for earlier, later in pairwise(indexes):
            if rows[later].start_time < rows[earlier].end_time:
                line = findings.line("frequencies", earlier)
                message = _("overlaps with line %(line)s")
                findings.refuse("frequencies", later, "start_time", message, line=line)
