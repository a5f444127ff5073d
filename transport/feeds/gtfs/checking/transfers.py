"""Transfers: between stops or stations, or from trip to trip."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.checking.stations import STATION, STOP, kind
from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.rows.service import Transfer

_TABLE = "transfers"
_STOPS = ("from_stop_id", "to_stop_id")
_TRIPS = ("from_trip_id", "to_trip_id")
_BETWEEN_STOPS = (1, 2, 3)
_IN_SEAT = (4, 5)


def check(findings: Findings) -> None:
    kinds = {stop.stop_id: kind(stop) for stop in findings.feed.stops}
    routes = {trip.trip_id: trip.route_id for trip in findings.feed.trips}
    for index, row in enumerate(findings.feed.transfers):
        _check_presence(findings, index, row)
        _check_stops(findings, index, row, kinds)
        _check_trips(findings, index, row, routes)


def _check_presence(findings: Findings, index: int, row: Transfer) -> None:
    needed = _TRIPS if row.transfer_type in _IN_SEAT else ()
    needed = _STOPS if row.transfer_type in _BETWEEN_STOPS else needed
    for column in needed:
        if getattr(row, column) is None:
            findings.refuse(_TABLE, index, column, _("is empty"))


def _check_stops(findings: Findings, index: int, row: Transfer, kinds: dict[str, int]) -> None:
    allowed = (STOP,) if row.transfer_type in _IN_SEAT else (STOP, STATION)
    for column in _STOPS:
        name = getattr(row, column)
        if name is not None and kinds.get(name, STOP) not in allowed:
            message = _("“%(value)s” is not a place where one changes")
            findings.refuse(_TABLE, index, column, message, value=name)


def _check_trips(findings: Findings, index: int, row: Transfer, routes: dict[str, str]) -> None:
    for end in ("from", "to"):
        trip, route = getattr(row, f"{end}_trip_id"), getattr(row, f"{end}_route_id")
        if trip in routes and route is not None and routes[trip] != route:
            message = _("trip “%(value)s” is not of this route")
            findings.refuse(_TABLE, index, f"{end}_route_id", message, value=trip)
