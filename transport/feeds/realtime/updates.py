"""Trip updates: cancelled runs, announced delays, relief vehicles, and how late vehicles are on their way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from google.transit import gtfs_realtime_pb2 as rt

from transport.feeds.realtime import vehicles
from transport.feeds.realtime.telling import Telling, key_of, seconds
from transport.lines import queries as lines
from transport.lines.models import Run, RunState
from transport.lines.queries import Stops
from transport.telematics import queries
from transport.telematics.queries import Seen

BEHIND, AHEAD = timedelta(hours=6), timedelta(hours=24)
"""Runs that departed so long ago, or depart so soon, are spoken of."""

Times = Iterable[tuple[int, datetime, datetime]]


def tell(telling: Telling) -> None:
    """Write an entity a run that is not as in the timetable."""
    near = lines.unusual_runs(telling.region, after=telling.at - BEHIND, until=telling.at + AHEAD)
    seen = [each for each in queries.on_the_way(telling.region, at=telling.at) if each.progress]
    there = {run.pk for run in telling.known([*near, *(each.run for each in seen)])}
    live = {(each.run.pk, each.assignment.number): each for each in seen if each.run.pk in there}
    for (_run_id, number), each in live.items():
        _live(telling, each, number)
    stops = lines.stops_of({run.pattern_id for run in near if run.vehicles > 1 or run.delay_s})
    for run in near:
        if run.pk not in there:
            continue
        if run.state == RunState.CANCELLED:
            _cancelled(telling, run)
            continue
        for number in range(1 if run.delay_s else 2, run.vehicles + 1):
            if (run.pk, number) not in live and lines.fits(run, stops[run.pattern_id]):
                _announced(telling, run, number, stops[run.pattern_id])


def _cancelled(telling: Telling, run: Run) -> None:
    update = telling.entity(key_of(run)).trip_update
    telling.describe(update.trip, run)
    update.trip.schedule_relationship = rt.TripDescriptor.CANCELED
    update.timestamp = seconds(telling.at)


def _announced(telling: Telling, run: Run, number: int, stops: Stops) -> None:
    """What no vehicle tells of: a delay that an operator has announced, a relief vehicle."""
    update = telling.entity(key_of(run, number)).trip_update
    telling.describe(update.trip, run, number)
    update.timestamp = seconds(telling.at)
    _write(telling, update, run, stops, planned(run, stops))


def _live(telling: Telling, seen: Seen, number: int) -> None:
    update = telling.entity(key_of(seen.run, number)).trip_update
    telling.describe(update.trip, seen.run, number)
    vehicles.describe(update.vehicle, seen.vehicle)
    assert seen.position is not None
    update.timestamp = seconds(seen.position.at)
    _write(telling, update, seen.run, seen.stops, seen.times())


def planned(run: Run, stops: Stops) -> Times:
    """Position, arrival and departure at each stop by the timetable and the announced delay."""
    for number, stop in enumerate(stops):
        yield (
            number,
            run.leaves_at + timedelta(seconds=stop.arrives_s),
            run.leaves_at + timedelta(seconds=stop.departs_s),
        )


def _write(telling: Telling, update: rt.TripUpdate, run: Run, stops: Stops, times: Times) -> None:
    for number, arrives_at, leaves_at in times:
        stop = stops[number]
        told = update.stop_time_update.add(
            stop_sequence=telling.ids.sequence(run.pattern_id, number),
            stop_id=telling.ids.stops[stop.place_id],
            schedule_relationship=rt.TripUpdate.StopTimeUpdate.SCHEDULED,
        )
        _event(told.arrival, arrives_at, run, stop.arrives_s)
        if number < len(stops) - 1:
            _event(told.departure, leaves_at, run, stop.departs_s)


def _event(event: rt.TripUpdate.StopTimeEvent, moment: datetime, run: Run, due_s: int) -> None:
    event.time = seconds(moment)
    event.delay = int((moment - run.departs_at).total_seconds()) - due_s
