"""Which trains a ride is timed to, and by what rule: of what an operator has entered, what says most."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from transport.lines.models import Boarding, Connection, PatternStop, Run


def connections_of(ride: Boarding) -> list[Connection]:
    """What holds for the stop at which a ride begins, what says most first. Two statements."""
    stops = PatternStop.objects.filter(pattern=ride.run.pattern_id).order_by("seq")
    place_id = list(stops.values_list("place_id", flat=True))[ride.board_seq]
    return of_trip(at_stop(ride.run.line_id, place_id), ride.run.trip_id)


def at_stop(line_id: int, place_id: int) -> list[Connection]:
    """All that a line is timed to at a stop. One statement."""
    return list(Connection.objects.filter(line=line_id, place=place_id).order_by("pk"))


def of_trip(connections: Iterable[Connection], trip_id: int) -> list[Connection]:
    """Those that hold for a trip, what says most first."""
    return _by_weight(row for row in connections if row.trip_id in (None, trip_id))


def rule_for(connections: Iterable[Connection], number: str) -> Connection | None:
    """The first that holds for a train of this number."""
    return next((row for row in connections if row.train_number in ("", number)), None)


def scheduled_at(row: Connection, run: Run, number: str, day: date) -> datetime | None:
    """When a train arrives on a day by what was entered of it; None: nobody has said so."""
    if row.train_number != number or row.arrives_s is None:
        return None
    midnight = datetime.combine(day, datetime.min.time(), tzinfo=run.line.tz)
    return midnight + timedelta(seconds=row.arrives_s)


def _by_weight(rows: Iterable[Connection]) -> list[Connection]:
    """Of a trip before those of all trips; of one train before those of every train."""
    return sorted(rows, key=lambda row: (row.trip_id is None, row.train_number == "", row.pk))
