"""Reads of which vehicle drives which run, and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)

from kernel.places.models import Region
from transport.lines.models import LATEST_S, Assignment, PatternStop, RunState

BEFORE = timedelta(minutes=10)
"""A vehicle is on its next run so long before its departure."""
AFTER = timedelta(hours=1)
"""And on its last one so long after its arrival by the timetable, for it may be late."""
_LONGEST = timedelta(seconds=LATEST_S)


def on_the_way(*, region: Region, at: datetime) -> list[Assignment]:
    """What each vehicle of a region drives at a moment, with its run. One statement.

    Between two runs it is the later one as soon as that is about to begin.
    """
    return list(_latest(Assignment.objects.filter(run__line__region=region), at))


def driven_by(vehicle_ids: Collection[int], *, at: datetime) -> dict[int, Assignment]:
    """What each of these vehicles drives at a moment. One statement."""
    found = _latest(Assignment.objects.filter(vehicle__in=vehicle_ids), at)
    return {each.vehicle_id: each for each in found}


def of_run(run_id: int) -> list[Assignment]:
    """The vehicles of a run, that of the timetable first. One statement."""
    return list(Assignment.objects.filter(run=run_id).select_related("vehicle").order_by("number"))


def is_on_it(assignment: Assignment, *, at: datetime) -> bool:
    """Whether the vehicle of an assignment drives this run at a moment, and no later one."""
    now = driven_by([assignment.vehicle_id], at=at).get(assignment.vehicle_id)
    return now is not None and now.pk == assignment.pk


def _latest(found: QuerySet[Assignment], at: datetime) -> QuerySet[Assignment]:
    stops = PatternStop.objects.filter(pattern=OuterRef("run__pattern")).order_by("-seq")
    ride = ExpressionWrapper(
        (Subquery(stops.values("arrives_s")[:1]) + F("run__delay_s")) * Value(timedelta(seconds=1)),
        output_field=DurationField(),
    )
    near = found.filter(
        run__state=RunState.SCHEDULED,
        run__departs_at__lte=at + BEFORE,
        run__departs_at__gte=at - AFTER - _LONGEST,
    ).annotate(ends_at=ExpressionWrapper(F("run__departs_at") + ride, output_field=DateTimeField()))
    related = near.select_related("vehicle", "run__line__region", "run__trip", "run__pattern")
    later_first = related.filter(ends_at__gte=at - AFTER)
    return later_first.order_by("vehicle_id", "-run__departs_at", "-pk").distinct("vehicle_id")
