"""Trips with their stop times and frequencies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any

from transport.feeds import queries
from transport.feeds.cells import unpack, unpack_all, unpack_stops
from transport.feeds.exporting.days import Services
from transport.feeds.exporting.outgoing import Outgoing
from transport.feeds.gtfs.feed import tables
from transport.feeds.gtfs.rows.service import Frequency, StopTime, Trip
from transport.feeds.meanings import Headways, headways_of, pattern_stops, trip_values
from transport.feeds.models import FeedPattern, FeedTrip
from transport.lines.models import Direction, Pattern, TimetableTrip
from transport.lines.queries import Stops

_NOT_FREELY = 1
_REST = [column.name for column in tables()["stop_times"].columns][4:]
_rest = attrgetter(*_REST)


def add_trips(
    out: Outgoing, trips: Sequence[TimetableTrip], stops: dict[int, Stops], services: Services
) -> None:
    """Write the trips, each with its days, stop times and frequencies."""
    known = {row.trip_id: row for row in FeedTrip.objects.filter(feed=out.known)}
    names = trip_names(out, trips, {pk: came.gtfs_id for pk, came in known.items()})
    headways = queries.headways([trip.pk for trip in trips])
    templates = _templates(out, {trip.pattern_id for trip in trips}, stops)
    for trip in trips:
        before = known.get(trip.pk)
        row = (
            _come(out, before, trip.pattern)
            if before
            else _written(out, trip, names[trip.pk], stops[trip.pattern_id])
        )
        row.route_id = out.routes[trip.line_id]
        row.service_id = services.of(trip)
        out.feed.trips.append(row)
        out.feed.stop_times.extend(_times(row.trip_id, trip.departs_s, templates[trip.pattern_id]))
        was = unpack_all(before.frequencies, "frequencies") if before else []
        now = headways.get(trip.pk, ())
        is_same = headways_of(was) == now
        out.feed.frequencies.extend(was if is_same else _frequencies(row.trip_id, now))


def trip_names(
    out: Outgoing, trips: Sequence[TimetableTrip], known: Mapping[int, str]
) -> dict[int, str]:
    """The trip_id of each trip: the one it came with (``known``), or one that no trip has yet."""
    names = out.names("trips", "trip_id")
    for name in known.values():
        names.keep(name)
    return {trip.pk: known.get(trip.pk) or names.keep(trip.slug) for trip in trips}


def _written(out: Outgoing, trip: TimetableTrip, name: str, stops: Stops) -> Trip:
    """A trip that no feed has brought; without a destination it says its last stop."""
    pattern, last = trip.pattern, stops[-1].place
    pair = (last.name_zh, last.name_en)
    if pattern.headsign:
        pair = (pattern.headsign_zh or pattern.headsign_en, pattern.headsign_en)
    return Trip(
        route_id="",
        service_id="",
        trip_id=name,
        trip_headsign=out.say("trips", "trip_headsign", name, None, ("", ""), pair),
        direction_id=int(pattern.direction == Direction.BACK),
    )


def _come(out: Outgoing, came: FeedTrip, pattern: Pattern) -> Trip:
    """A trip as it came, but for what is changed about it."""
    row: Trip = unpack(came.row, "trips")
    was = trip_values(row, out.words)
    if was["direction"] != pattern.direction:
        row.direction_id = int(pattern.direction == Direction.BACK)
    before = (was["headsign_zh"], was["headsign_en"])
    now = (pattern.headsign_zh, pattern.headsign_en)
    if before != now:
        text = row.trip_headsign
        words = out.say("trips", "trip_headsign", row.trip_id, text, before, now)
        row.trip_headsign = words or None
    return row


def _templates(
    out: Outgoing, pattern_ids: Collection[int], stops: dict[int, Stops]
) -> dict[int, list[StopTime]]:
    """The stop times of each pattern, relative to a trip's departure."""
    came = {
        row.pattern_id: unpack_stops(row.stops)
        for row in FeedPattern.objects.filter(feed=out.known, pattern__in=pattern_ids)
    }
    found = {}
    for pk in pattern_ids:
        rows = came.get(pk)
        if rows is None or len(rows) != len(stops[pk]):
            found[pk] = _anew(out, stops[pk])
        else:
            found[pk] = _up_to_date(out, rows, stops[pk])
    return found


def _up_to_date(out: Outgoing, rows: list[StopTime], stops: Stops) -> list[StopTime]:
    for row, was, now in zip(rows, pattern_stops(rows), stops, strict=True):
        if row.stop_id != out.stops[now.place_id]:
            row.stop_id = out.stops[now.place_id]
        if was["may_board"] != now.may_board:
            row.pickup_type = None if now.may_board else _NOT_FREELY
        if was["may_alight"] != now.may_alight:
            row.drop_off_type = None if now.may_alight else _NOT_FREELY
    # Blank times lie between those that are there: what moves these must not move the others.
    for is_blank_too in (False, True):
        for row, was, now in zip(rows, pattern_stops(rows), stops, strict=True):
            is_told = row.arrival_time is not None or row.departure_time is not None
            if (is_told or is_blank_too) and (was["arrives_s"], was["departs_s"]) != (
                now.arrives_s,
                now.departs_s,
            ):
                row.arrival_time, row.departure_time = now.arrives_s, now.departs_s
    return rows


def _anew(out: Outgoing, stops: Stops) -> list[StopTime]:
    metres = [stop.metres for stop in stops]
    grows = all(later > before for before, later in pairwise(metres))
    return [
        StopTime(
            trip_id="",
            stop_sequence=number,
            arrival_time=stop.arrives_s,
            departure_time=stop.departs_s,
            stop_id=out.stops[stop.place_id],
            pickup_type=None if stop.may_board else _NOT_FREELY,
            drop_off_type=None if stop.may_alight else _NOT_FREELY,
            shape_dist_traveled=float(stop.metres) if grows else None,
        )
        for number, stop in enumerate(stops, 1)
    ]


def _times(trip_id: str, departs_s: int, template: Sequence[StopTime]) -> list[StopTime]:
    """A pattern's stop times as those of a trip."""
    made = []
    for row in template:
        arrival, departure = row.arrival_time, row.departure_time
        rest: Any = _rest(row)
        made.append(
            StopTime(
                trip_id,
                row.stop_sequence,
                None if arrival is None else arrival + departs_s,
                None if departure is None else departure + departs_s,
                *rest,
                extra=row.extra,
            )
        )
    return made


def _frequencies(trip_id: str, headways: Headways) -> list[Frequency]:
    return [
        Frequency(trip_id, first_s, until_s, every_s, int(is_exact))
        for first_s, until_s, every_s, is_exact in headways
    ]
