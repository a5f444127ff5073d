"""The trips of a feed by the stop pattern that they share. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from transport.feeds.cells import Cells, pack_stops
from transport.feeds.distances import Point, metres_along
from transport.feeds.fares import Fares, from_first
from transport.feeds.gtfs import Feed
from transport.feeds.gtfs.feed import tables
from transport.feeds.gtfs.rows.service import StopTime, Trip
from transport.feeds.meanings import Values, departs_s, pattern_stops, trip_values
from transport.feeds.words import Words

MOST_STOPS = 5000
_OTHERS = [
    column.name
    for column in tables()["stop_times"].columns
    if column.name not in ("trip_id", "arrival_time", "departure_time")
]
_alike = attrgetter(*_OTHERS)


@dataclass(slots=True)
class PatternPlan:
    """A pattern to be: its name is a hash of all that it is, so that another one is another row."""

    slug: str
    route_id: str
    words: Values
    cells: list[Cells]
    stops: list[Values]
    rides: tuple[int, ...] | None
    metres: list[int]

    @property
    def run_time(self) -> list[tuple[Any, ...]]:
        """What riders have bought of it: where it stops, when."""
        return [(each["stop_id"], each["arrives_s"], each["departs_s"]) for each in self.stops]


@dataclass(slots=True)
class Timetable:
    """The trips that can run by the tables, and the others, which are kept as they are.

    ``departs_s`` and ``pattern_of`` are by trip_id.
    """

    trips: list[Trip] = field(default_factory=list)
    departs_s: dict[str, int] = field(default_factory=dict)
    pattern_of: dict[str, PatternPlan] = field(default_factory=dict)
    other_trips: list[Trip] = field(default_factory=list)
    other_times: list[StopTime] = field(default_factory=list)

    @property
    def patterns(self) -> list[PatternPlan]:
        """Each pattern once."""
        return list({plan.slug: plan for plan in self.pattern_of.values()}.values())


def timetable_of(feed: Feed, words: Words, fares: Fares, points: Mapping[str, Point]) -> Timetable:
    """Sort a feed's trips by pattern; ``points`` are positions by stop_id."""
    along = _by_trip(feed.stop_times)
    routes = {route.route_id: route for route in feed.routes}
    zones = {stop.stop_id: stop.zone_id for stop in feed.stops}
    found = Timetable()
    known: dict[tuple[Any, ...], PatternPlan] = {}
    for trip in feed.trips:
        times = along.get(trip.trip_id, [])
        base = departs_s(times)
        if base is None or len(times) > MOST_STOPS:
            found.other_trips.append(trip)
            found.other_times.extend(times)
            continue
        meaning = trip_values(trip, words)
        signature = _signature(trip, meaning, times, base)
        plan = known.get(signature)
        if plan is None:
            rides = fares.rides(
                routes[trip.route_id], tuple(zones[str(row.stop_id)] for row in times)
            )
            plan = _plan(trip, meaning, times, base, rides, points)
            known[signature] = plan
        found.trips.append(trip)
        found.departs_s[trip.trip_id] = base
        found.pattern_of[trip.trip_id] = plan
    return found


def _by_trip(rows: Sequence[StopTime]) -> dict[str, list[StopTime]]:
    found: dict[str, list[StopTime]] = defaultdict(list)
    for row in rows:
        found[row.trip_id].append(row)
    for along in found.values():
        along.sort(key=attrgetter("stop_sequence"))
    return found


def _signature(
    trip: Trip, meaning: Values, times: Sequence[StopTime], base: int
) -> tuple[Any, ...]:
    rows = tuple(
        (
            None if row.arrival_time is None else row.arrival_time - base,
            None if row.departure_time is None else row.departure_time - base,
            tuple(sorted(row.extra.items())) if row.extra else None,
            _alike(row),
        )
        for row in times
    )
    return (trip.route_id, *meaning.values(), rows)


def _plan(
    trip: Trip,
    meaning: Values,
    times: Sequence[StopTime],
    base: int,
    rides: tuple[int, ...] | None,
    points: Mapping[str, Point],
) -> PatternPlan:
    cells = pack_stops(times, base)
    stops = pattern_stops(times)
    for stop in stops:
        stop["arrives_s"] -= base
        stop["departs_s"] -= base
    told = [sorted(each.items()) for each in cells]
    name = repr((trip.route_id, sorted(meaning.items()), told, rides))
    metres = metres_along(
        [points[stop["stop_id"]] for stop in stops], [row.shape_dist_traveled for row in times]
    )
    return PatternPlan(
        slug=hashlib.sha256(name.encode()).hexdigest()[:20],
        route_id=trip.route_id,
        words=meaning,
        cells=cells,
        stops=stops,
        rides=rides,
        metres=metres,
    )


def stop_rows(plan: PatternPlan) -> list[Values]:
    """The values of a pattern's stops in order; places are still stop ids."""
    fares = from_first(plan.rides or (), len(plan.stops))
    return [
        {**stop, "seq": seq, "metres": metres, "fare_fen": fen}
        for seq, (stop, metres, fen) in enumerate(
            zip(plan.stops, plan.metres, fares, strict=True), 1
        )
    ]
