"""What a version of a feed would change, without changing anything: for whoever decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from kernel.places.models import Region
from transport.feeds import gtfs
from transport.feeds.cells import Cells, pack
from transport.feeds.gtfs.rows.service import CalendarDate, Frequency, Trip
from transport.feeds.meanings import date_kinds, service_values
from transport.feeds.models import Feed, FeedRoute, FeedRow, FeedStop, FeedTrip
from transport.feeds.operations.fates import Fates
from transport.feeds.operations.incoming import Incoming
from transport.feeds.patterns import Timetable
from transport.feeds.words import Words
from transport.lines.calendars import ServiceDays
from transport.lines.models import DAY_S, Boarding, RunState

MOST_NAMED = 50
"""So many rows of a kind are named; the rest is counted."""

Changes = dict[str, dict[str, Any]]
"""By "stops", "lines" and "trips": "added", "changed" and "ended", each with a count and the first
names; "riders" has how many are moved along and how many get their money back."""


def preview(
    known: Feed | None,
    region: Region,
    data: gtfs.Feed,
    timetable: Timetable,
    words: Words,
    at: datetime,
) -> Changes:
    """What the region's feed ``known`` would become. Reads only; riders are counted as sold by now."""
    feed = known or Feed(region=region)
    incoming = Incoming(feed, data, words, at=at, seats=None, is_first=known is None)
    stops, routes = _cells(FeedStop, known), _cells(FeedRoute, known)
    new_stops = {row.stop_id: pack(row, "stops") for row in data.stops}
    new_routes = {row.route_id: pack(row, "routes") for row in data.routes}
    trips = _Trips(incoming, timetable, known)
    return {
        "lines": _difference(routes, new_routes, _route_name),
        "stops": _difference(stops, new_stops, _stop_name),
        "trips": trips.difference(),
        "riders": trips.riders(),
    }


def _cells(model: type[FeedRow], known: Feed | None) -> dict[str, Cells]:
    rows = model._default_manager.filter(feed=known, is_current=True) if known else ()
    return {row.gtfs_id: row.row for row in rows}


def _difference(
    before: Mapping[str, Cells], after: Mapping[str, Cells], name: Callable[[str, Cells], str]
) -> dict[str, Any]:
    return {
        "added": _some(name(pk, cells) for pk, cells in after.items() if pk not in before),
        "changed": _some(
            f"{name(pk, before[pk])}: {_altered(before[pk], cells)}"
            for pk, cells in after.items()
            if pk in before and before[pk] != cells
        ),
        "ended": _some(name(pk, cells) for pk, cells in before.items() if pk not in after),
    }


def _altered(before: Cells, after: Cells) -> str:
    """Which cells differ, and how."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(
        f"{name} {before.get(name, '–')} → {after.get(name, '–')}"[:200] for name in names
    )


def _some(names: Iterable[str]) -> dict[str, Any]:
    found = list(names)
    return {"count": len(found), "names": found[:MOST_NAMED]}


def _stop_name(pk: str, cells: Cells) -> str:
    return str(cells.get("stop_name") or pk)


def _route_name(pk: str, cells: Cells) -> str:
    names = (cells.get("route_short_name"), cells.get("route_long_name"))
    return " ".join(filter(None, names)) or pk


class _Trips:
    """What becomes of the trips, and of who rides them."""

    def __init__(self, incoming: Incoming, timetable: Timetable, known: Feed | None) -> None:
        self._incoming = incoming
        self._timetable = timetable
        self._routes = {row.route_id: row for row in incoming.data.routes}
        rows = FeedTrip.objects.filter(feed=known) if known else FeedTrip.objects.none()
        related = rows.select_related("trip__line", "trip__pattern")
        self._before = {row.gtfs_id: row for row in related}
        self._trips = {trip.trip_id: trip for trip in timetable.trips}
        self._frequencies: dict[str, list[Frequency]] = defaultdict(list)
        for each in incoming.data.frequencies:
            self._frequencies[each.trip_id].append(each)
        _know_ids(incoming, known)
        self._fates = Fates(incoming, self._before)

    def difference(self) -> dict[str, Any]:
        changed, ended = [], []
        for name, row in self._before.items():
            if name not in self._trips:
                ended.append(self._old_name(row))
            elif not self._is_same(row):
                changed.append(f"{self._old_name(row)} → {self._new_name(self._trips[name])}")
        added = [self._new_name(t) for name, t in self._trips.items() if name not in self._before]
        return {"added": _some(added), "changed": _some(changed), "ended": _some(ended)}

    def riders(self) -> dict[str, int]:
        """How many are moved along, and how many get their money back."""
        rides = Boarding.objects.filter(
            run__trip__in=[row.trip_id for row in self._before.values()],
            run__state=RunState.SCHEDULED,
            run__departs_at__gt=self._incoming.at,
        )
        names = {row.trip_id: name for name, row in self._before.items()}
        days = _Days(self._incoming)
        counts = {"moved": 0, "refunded": 0}
        for trip_id, day, riders in rides.values_list("run__trip", "run__service_date", "riders"):
            row = self._before[names[trip_id]]
            new = self._trips.get(row.gtfs_id)
            if new is None or not days.has(new.service_id, day) or not self._goes_on(row):
                counts["refunded"] += riders
            elif self._moves(row):
                counts["moved"] += riders
        return counts

    def _is_same(self, row: FeedTrip) -> bool:
        name = row.gtfs_id
        frequencies = [pack(each, "frequencies") for each in self._frequencies.get(name, ())]
        return (
            row.row == pack(self._trips[name], "trips")
            and row.frequencies == frequencies
            and row.trip.pattern.slug == self._timetable.pattern_of[name].slug
            and row.trip.departs_s == self._timetable.departs_s[name]
        )

    def _values(self, row: FeedTrip) -> dict[str, Any]:
        route_id = self._trips[row.gtfs_id].route_id
        return {
            "line_id": self._incoming.lines.get(route_id),
            "departs_s": self._timetable.departs_s[row.gtfs_id],
        }

    def _goes_on(self, row: FeedTrip) -> bool:
        if self._fates.is_kept(row):
            return True
        plan = self._timetable.pattern_of[row.gtfs_id]
        frequencies = self._frequencies.get(row.gtfs_id, ())
        return self._fates.goes_on(row, self._values(row), plan, frequencies)

    def _moves(self, row: FeedTrip) -> bool:
        plan = self._timetable.pattern_of[row.gtfs_id]
        return not self._fates.is_kept(row) and bool(
            self._fates.shift(row, self._values(row), plan)
        )

    def _old_name(self, row: FeedTrip) -> str:
        return f"{row.trip.line.sign} {_clock(row.trip.departs_s)} ({row.gtfs_id})"

    def _new_name(self, trip: Trip) -> str:
        route = self._routes[trip.route_id]
        sign = route.route_short_name or route.route_id
        return f"{sign} {_clock(self._timetable.departs_s[trip.trip_id])} ({trip.trip_id})"


class _Days:
    """The days of the services of a version that comes in."""

    def __init__(self, incoming: Incoming) -> None:
        weeks = {row.service_id: row for row in incoming.data.calendar}
        dates: dict[str, list[CalendarDate]] = defaultdict(list)
        for row in incoming.data.calendar_dates:
            dates[row.service_id].append(row)
        self._services = {}
        for name in {*weeks, *dates}:
            week = service_values(weeks.get(name))
            self._services[name] = ServiceDays(
                week["weekdays"],
                week["first_date"],
                week["last_date"],
                date_kinds(dates.get(name, ())),
            )

    def has(self, service_id: str, day: Any) -> bool:
        service = self._services.get(service_id)
        return service is not None and service.has(day)


def _know_ids(incoming: Incoming, known: Feed | None) -> None:
    """Our ids of the feed's places and lines; a place that is not there yet has one below nothing."""
    new = {row.stop_id: -number for number, row in enumerate(incoming.data.stops, 1)}
    places = FeedStop.objects.filter(feed=known) if known else FeedStop.objects.none()
    incoming.places.update(new | dict(places.values_list("gtfs_id", "place_id")))
    routes = FeedRoute.objects.filter(feed=known) if known else FeedRoute.objects.none()
    incoming.lines.update(dict(routes.values_list("gtfs_id", "line_id")))


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds % DAY_S, 3600)
    return f"{hours:02}:{rest // 60:02}"
