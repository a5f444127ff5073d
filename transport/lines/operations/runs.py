"""Lay out runs from the timetable, region by region, many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from bookings.inventory import operations as inventory
from kernel.places.models import Region
from transport.lines import calendars, queries
from transport.lines.models import Run, RunState, ShuttleLine, TimetableTrip

_BATCH = 5000

Wanted = Sequence[tuple[TimetableTrip, date]]


def create_runs(*, region: Region, first: date, last: date) -> int:
    """Make the runs of all open, bookable lines from ``first`` to ``last``; return how many.

    Runs that exist stay as they are, but for those nobody has bought whose line has more or fewer
    stops by now: they are laid out again.
    """
    lines = {line.pk: line for line in queries.bookable_lines(region)}
    lengths = {key: len(pattern) for key, pattern in queries.patterns_of(lines).items()}
    _drop_outgrown(lines, lengths, first)
    wanted = _wanted(lines, lengths, first, last)
    for start in range(0, len(wanted), _BATCH):
        _make(wanted[start : start + _BATCH], lines, lengths, region)
    return len(wanted)


def departure(region: Region, trip: TimetableTrip, day: date) -> datetime:
    """When a trip of a service day departs.

    Counted from noon minus twelve hours, as GTFS does, so that a day on which the clocks change
    keeps its timetable.
    """
    noon = region.at(day, time(12)).astimezone(UTC)
    return noon - timedelta(hours=12) + trip.after_midnight


def _wanted(
    lines: Mapping[int, ShuttleLine],
    lengths: Mapping[tuple[int, str], int],
    first: date,
    last: date,
) -> Wanted:
    """The trips and days that have no run yet."""
    runs = Run.objects.filter(line_id__in=lines, service_date__gte=first, service_date__lte=last)
    known = set(runs.values_list("trip_id", "service_date"))
    exceptions = queries.exceptions_of(lines)
    trips = [
        trip
        for trip in TimetableTrip.objects.filter(line_id__in=lines).order_by("pk")
        if lengths.get((trip.line_id, trip.direction), 0) >= 2
    ]
    return [
        (trip, day)
        for day in queries.days(first, last)
        for trip in trips
        if (trip.pk, day) not in known
        and calendars.runs_on(lines[trip.line_id], trip, day, exceptions)
    ]


def _drop_outgrown(
    lines: Mapping[int, ShuttleLine], lengths: Mapping[tuple[int, str], int], first: date
) -> None:
    """Delete runs nobody has bought that have other segments than their line has stops for."""
    outgrown = Q()
    for (line_id, direction), length in lengths.items():
        fits = Q(segments__len=length - 1)
        outgrown |= Q(line_id=line_id, direction=direction) & ~fits
    if outgrown:
        Run.objects.filter(
            outgrown,
            line_id__in=lines,
            service_date__gte=first,
            state=RunState.SCHEDULED,
            boardings__isnull=True,
        ).delete()


def _make(
    wanted: Wanted,
    lines: Mapping[int, ShuttleLine],
    lengths: Mapping[tuple[int, str], int],
    region: Region,
) -> None:
    """One batch: the segments' buckets in one statement, then the runs in one."""
    with transaction.atomic():
        keys = {
            (trip.pk, day): [
                f"transport.lines:{trip.pk}:{day}:{segment}"
                for segment in range(lengths[trip.line_id, trip.direction] - 1)
            ]
            for trip, day in wanted
        }
        ids = inventory.shape(
            [
                inventory.BucketSpec(key, region.pk, lines[trip.line_id].seats)
                for trip, day in wanted
                for key in keys[trip.pk, day]
            ]
        )
        Run.objects.bulk_create(
            [
                Run(
                    line_id=trip.line_id,
                    trip=trip,
                    direction=trip.direction,
                    service_date=day,
                    departs_at=departure(region, trip, day),
                    segments=[ids[key] for key in keys[trip.pk, day]],
                )
                for trip, day in wanted
            ],
            ignore_conflicts=True,
            batch_size=2000,
        )
