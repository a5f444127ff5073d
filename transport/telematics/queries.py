"""Reads of where vehicles are, on the runs that they drive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.places.models import Region
from transport.fleet.models import Vehicle
from transport.lines import driving
from transport.lines import queries as lines
from transport.lines.models import Assignment, Run
from transport.lines.queries import Stops
from transport.telematics import following
from transport.telematics.following import Progress
from transport.telematics.models import Position

STALE_AFTER_S = 90
"""A position that is older says where the vehicle was, not where it is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A vehicle on its run. Without a ``position`` nothing was ever heard of it; ``progress`` is None
    where the position is stale, or not on the run's way."""

    assignment: Assignment
    stops: Stops
    position: Position | None
    progress: Progress | None
    is_stale: bool

    @property
    def run(self) -> Run:
        return self.assignment.run

    @property
    def vehicle(self) -> Vehicle:
        return self.assignment.vehicle

    def times(self) -> list[tuple[int, datetime, datetime]]:
        """For each stop still to come: position, arrival and departure as they will be."""
        if self.progress is None:
            return []
        start = self.run.departs_at
        return [
            (number, start + timedelta(seconds=arrives), start + timedelta(seconds=leaves))
            for number, arrives, leaves in following.times(along(self.stops), self.progress)
        ]


def on_the_way(region: Region, *, at: datetime) -> list[Seen]:
    """Every vehicle that drives a run of a region now. Three statements."""
    return _seen(driving.on_the_way(region=region, at=at), at)


def of_run(run: Run, *, at: datetime) -> list[Seen]:
    """The vehicles that drive this run now, that of the timetable first. At most three statements."""
    mine = driving.of_run(run.pk)
    now = driving.driven_by([each.vehicle_id for each in mine], at=at) if mine else {}
    there = [now[each.vehicle_id] for each in mine if each.vehicle_id in now]
    return _seen([each for each in there if each.run_id == run.pk], at)


def along(stops: Stops) -> list[following.Stop]:
    """The stops of a pattern, for the rule."""
    return [
        following.Stop(stop.place.latitude, stop.place.longitude, stop.arrives_s, stop.departs_s)
        for stop in stops
    ]


def _seen(driven: Sequence[Assignment], at: datetime) -> list[Seen]:
    if not driven:
        return []
    patterns = lines.stops_of({each.run.pattern_id for each in driven})
    positions = _positions([each.vehicle_id for each in driven])
    found = [_one(each, patterns.get(each.run.pattern_id, ()), positions, at) for each in driven]
    return [each for each in found if len(each.stops) > 1]


def _positions(vehicle_ids: Collection[int]) -> dict[int, Position]:
    return Position.objects.in_bulk(vehicle_ids)


def _one(driven: Assignment, stops: Stops, positions: Mapping[int, Position], at: datetime) -> Seen:
    position = positions.get(driven.vehicle_id)
    if position is None:
        return Seen(driven, stops, None, None, is_stale=True)
    is_stale = position.age_s(at) > STALE_AFTER_S
    progress = None if is_stale else _progress(driven.run, stops, position)
    return Seen(driven, stops, position, progress, is_stale)


def _progress(run: Run, stops: Stops, position: Position) -> Progress | None:
    return following.follow(
        along(stops),
        latitude=position.latitude,
        longitude=position.longitude,
        elapsed_s=int((position.at - run.departs_at).total_seconds()),
    )
