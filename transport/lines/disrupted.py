"""Reads of what keeps runs from being what was sold, and of the rides that it concerns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from bookings.inventory import queries as inventory
from bookings.news.choices import OpenChoice
from bookings.orders.models import Line, State
from transport.lines import fares, queries
from transport.lines.aboard import Aboard
from transport.lines.models import (
    AffectedRide,
    Boarding,
    Disruption,
    DisruptionKind,
    OnSilence,
    PatternStop,
    RideChoice,
    Run,
    RunState,
)
from transport.lines.queries import RunRow, Stops

PAGE = "rides:ride"
"""The rider's page of a ride, by its name: what is told of a ride leads there."""
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=6)
"""Around their own so far riders are offered other departures."""

_OF_THE_RUN = (DisruptionKind.DELAY, DisruptionKind.CANCEL, DisruptionKind.RESTORE)
_GIVEN_BACK = (RideChoice.REFUND, RideChoice.CREDIT)
_NOBODY = Aboard(0, 0, 0)


def is_newest_disruption(about: str, written_at: datetime) -> bool:
    """Whether nothing newer has happened to a run ("run:5") than what was written."""
    run_id = int(about.removeprefix("run:"))
    newer = Disruption.objects.filter(run=run_id, kind__in=_OF_THE_RUN, made_at__gt=written_at)
    return not newer.exists()


def arrives_at(run: Run, delay: timedelta) -> datetime:
    """When a run is at its last stop, so much late."""
    last = PatternStop.objects.filter(pattern=run.pattern_id).order_by("-seq")
    return run.departs_at + delay + timedelta(seconds=last.values_list("arrives_s", flat=True)[0])


def standing_rides(run: Run) -> QuerySet[Boarding]:
    """The delivered rides on a run, with their lines, by the line."""
    rides = Boarding.objects.filter(run=run, line__state=State.CONFIRMED)
    return rides.select_related("line__order__region").order_by("line_id")


def open_choices(line_ids: Collection[int]) -> list[OpenChoice]:
    """Which of these lines have something to choose. One statement."""
    rows = AffectedRide.objects.filter(
        line__in=line_ids, line__state=State.CONFIRMED, choice=RideChoice.OPEN, ended_at=None
    )
    return [
        OpenChoice(row.line_id, PAGE, row.decide_by, is_kept=row.on_silence == OnSilence.KEEP)
        for row in rows.order_by("line_id", "-pk").distinct("line_id")
    ]


def affected_ride(line: Line) -> AffectedRide | None:
    """What the latest disruption asks the holder of a line."""
    rows = AffectedRide.objects.filter(line=line)
    rows = rows.select_related("disruption__run__line__region", "disruption__train", "moved_to")
    return rows.order_by("-pk").first()


def gives_back_all(line_id: int, *, at: datetime) -> bool:
    """Whether a disruption gives the whole price of a line back, whatever its terms say. One statement."""
    rows = AffectedRide.objects.filter(line=line_id, ended_at__isnull=True)
    is_asked = Q(choice=RideChoice.OPEN, decide_by__gt=at)
    return rows.filter(is_asked | Q(choice__in=_GIVEN_BACK)).exists()


def ride_of(line: Line) -> Boarding | None:
    """The ride of a line, with its run and train; None: it has none any more."""
    rides = Boarding.objects.filter(line=line)
    return rides.select_related("run__line__region", "run__trip", "train").first()


def aboard(ride: Boarding) -> Aboard:
    """What a ride takes of a run."""
    return Aboard(ride.riders, ride.laps, ride.bags)


def runs_instead(ride: Boarding, *, room_for: Aboard = _NOBODY, at: datetime) -> list[RunRow]:
    """The other departures of the line between the same places with room for so many, by time.

    A handful of statements. A run that another pattern makes counts, where it stops at both.
    """
    line = ride.run.line
    patterns = queries.stops_of_lines([line.pk])
    own = patterns[ride.run.pattern_id]
    ends = own[ride.board_seq].place_id, own[ride.alight_seq].place_id
    ways = {
        key: way
        for key, stops in patterns.items()
        if (way := _way_between(stops, ends)) is not None
    }
    own_at = ride.run.departs_at
    runs = Run.objects.filter(
        line=line, pattern__in=ways, state=RunState.SCHEDULED,
        departs_at__gt=own_at - _BEFORE, departs_at__lte=max(at, own_at) + _AFTER,
    ).leaving_after(at - _longest(patterns.values()))  # fmt: skip
    found = [run for run in runs.order_by("departs_at", "pk") if run.pk != ride.run_id]
    left = inventory.left({bucket for run in found for bucket in _buckets(run)})
    rows = [
        queries.ride(
            run,
            patterns[run.pattern_id],
            board=board,
            alight=alight,
            left=left,
            permille=fares.USUAL,
        )
        for run in found
        for board, alight in [ways[run.pattern_id]]
        if queries.fits(run, patterns[run.pattern_id])
    ]
    good = [
        row
        for row in rows
        if row.boards_at > at and _has_room(row, ways[row.run.pattern_id], left, room_for)
    ]
    return sorted(good, key=lambda row: (row.boards_at, row.run.pk))


def _buckets(run: Run) -> list[int]:
    return [*run.segments, *run.lap_segments, *run.luggage_segments]


def _has_room(row: RunRow, way: tuple[int, int], left: Mapping[int, int], wanted: Aboard) -> bool:
    """Whether the riders find seats there, and what goes along with them its places."""
    beside = ((wanted.laps, row.run.lap_segments), (wanted.bags, row.run.luggage_segments))
    return row.left >= wanted.riders and all(
        units <= min((left[pk] for pk in fares.segments_of(pks, *way)), default=0)
        for units, pks in beside
        if units
    )


def _way_between(stops: Stops, ends: tuple[int, int]) -> tuple[int, int] | None:
    """The positions of two places along a pattern, the nearest where one comes twice."""
    start, end = ends
    found = [
        (alight - board, board, alight)
        for board, one in enumerate(stops)
        for alight, other in enumerate(stops)
        if (one.place_id, other.place_id) == (start, end) and board < alight
        and one.may_board and other.may_alight
    ]  # fmt: skip
    return min(found)[1:] if found else None


def _longest(patterns: Collection[Stops]) -> timedelta:
    """How long before a stop the earliest run that comes there may have left."""
    return timedelta(seconds=max((stops[-1].arrives_s for stops in patterns), default=0))


def with_counts(rows: QuerySet[Disruption]) -> QuerySet[Any]:
    """Disruptions with how many rides they concern, and what was chosen of them."""
    counted: QuerySet[Any] = rows.annotate(
        all_rides=Count("rides"),
        open_rides=Count("rides", filter=Q(rides__choice=RideChoice.OPEN)),
        moved_rides=Count("rides", filter=Q(rides__moved_to__isnull=False)),
        returned_rides=Count("rides", filter=Q(rides__choice__in=_GIVEN_BACK)),
    )
    return counted


def reason_for(run_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Why these runs are late or called off, by run; of those that are. One statement."""
    rows = Disruption.objects.filter(run__in=run_ids, ended_at__isnull=True)
    rows = rows.exclude(kind=DisruptionKind.TRAIN).order_by("made_at", "pk")
    return {row.run_id: row.why for row in rows if row.why}


def boards_at(ride: Boarding) -> datetime:
    """When a ride begins, by its run's delay of now."""
    stops = queries.stops_of([ride.run.pattern_id])[ride.run.pattern_id]
    return ride.run.leaves_at + timedelta(seconds=stops[ride.board_seq].departs_s)
