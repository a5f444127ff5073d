"""Lay out runs from the timetable; cancel one; change its vehicle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.inventory import operations as inventory
from bookings.orders import queries as orders
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.places.models import Region
from transport.lines import queries
from transport.lines.models import (
    Run,
    RunState,
    ServiceException,
    ShuttleLine,
    TimetableTrip,
)

_BATCH = 5000


class SeatsSold(Refusal):
    """More seats are sold than the other vehicle has."""

    code = "seats_sold"
    message = _("%(taken)s seats are sold. Affected orders: %(orders)s")


def create_runs(*, region: Region, first: date, last: date, peak_months: Collection[int]) -> int:
    """Make the runs of all open, bookable lines from ``first`` to ``last``; return how many.

    Runs that exist stay as they are. Peak-only lines run in ``peak_months``; days without service
    are left out.
    """
    lines = ShuttleLine.objects.filter(region=region, is_open=True, is_bookable=True)
    by_id = {line.pk: line for line in lines}
    trips = list(TimetableTrip.objects.filter(line_id__in=by_id).order_by("pk"))
    known = set(
        Run.objects.filter(
            line_id__in=by_id, service_date__gte=first, service_date__lte=last
        ).values_list("trip_id", "service_date")
    )
    off = set(ServiceException.objects.filter(line_id__in=by_id).values_list("line_id", "date"))
    lengths = {key: len(p) for key, p in queries.patterns_of(by_id).items()}
    wanted = [
        (trip, day)
        for day in _days(first, last)
        for trip in trips
        if (trip.pk, day) not in known
        and (trip.line_id, day) not in off
        and (day.month in peak_months or not by_id[trip.line_id].peak_only)
        and lengths.get((trip.line_id, trip.direction), 0) >= 2
    ]
    for start in range(0, len(wanted), _BATCH):
        _make(wanted[start : start + _BATCH], by_id, lengths, region)
    return len(wanted)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _make(
    wanted: Sequence[tuple[TimetableTrip, date]],
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


def departure(region: Region, trip: TimetableTrip, day: date) -> datetime:
    """When a trip of a service day departs.

    Counted from noon minus twelve hours, as GTFS does, so that a day on which the clocks change
    keeps its timetable.
    """
    noon = region.at(day, time(12))
    return noon - timedelta(hours=12) + trip.after_midnight


def cancel_run(*, run: Run, actor: str, at: datetime) -> list[str]:
    """Close a run for sale; return the codes of the orders that hold seats on it, to be dealt with.

    Cancelling it again changes nothing.
    """
    with transaction.atomic():
        moved = Run.objects.filter(pk=run.pk, state=RunState.SCHEDULED).update(
            state=RunState.CANCELLED
        )
        if moved:
            audit.record(actor=actor, action="lines.cancel-run", subject=f"run:{run.pk}", at=at)
    return list(orders.holding_buckets(run.segments).values_list("code", flat=True))


def set_seats(*, run: Run, seats: int, actor: str, at: datetime) -> None:
    """Give a run another vehicle: every segment gets so many seats, or none is changed.

    :raises SeatsSold: a segment has more sold; the orders are named.
    """
    try:
        with transaction.atomic():
            for bucket_id in sorted(run.segments):
                inventory.reshape(bucket_id=bucket_id, capacity=seats)
            audit.record(
                actor=actor,
                action="lines.set-seats",
                subject=f"run:{run.pk}",
                at=at,
                facts={"seats": seats},
            )
    except inventory.BelowTaken as refused:
        codes = orders.holding_buckets(run.segments).values_list("code", flat=True)
        raise SeatsSold(
            field="seats", taken=refused.facts["taken"], orders=", ".join(codes[:50])
        ) from None
