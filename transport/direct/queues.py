"""The boarding queues as they are now: who waits, and how long whoever joins will. Few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.vouchers import passages
from kernel.places.models import Region
from transport.direct import waits
from transport.direct.models import DirectShuttle, Leaves, ShuttleDeparture, WindowState
from transport.direct.models import Window as BoardingWindow

RATE_OVER = timedelta(minutes=15)
"""How fast people join is taken from so long."""

DUE_GRACE = timedelta(minutes=20)
"""A vehicle that is later than this is not counted on any more."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One boarding point: people waiting, minutes until whoever joins leaves; None where nothing runs.

    ``came`` and ``carried`` are of the day; ``is_known``: anybody was scanned or carried today.
    """

    shuttle: DirectShuttle
    waiting: int
    wait_min: int | None
    came: int
    carried: int
    last_left: ShuttleDeparture | None
    due: Sequence[ShuttleDeparture]
    is_known: bool

    @property
    def words(self) -> str:
        """As a tourist reads it."""
        if self.wait_min is None:
            return _("No shuttle any more today")
        people = ngettext("%(n)s person waiting", "%(n)s people waiting", self.waiting)
        if self.wait_min >= waits.LONGEST.total_seconds() // 60:
            return _("%(people)s · more than %(hours)s hours") % {
                "people": people % {"n": self.waiting},
                "hours": int(waits.LONGEST.total_seconds() // 3600),
            }
        return _("%(people)s · leaves in about %(min)s min") % {
            "people": people % {"n": self.waiting},
            "min": self.wait_min,
        }


def queues_of(
    region: Region, shuttles: Sequence[DirectShuttle], *, at: datetime
) -> dict[int, Queue]:
    """The queue of each shuttle of a region, by its id. Three statements however many there are."""
    begins = region.at(region.local_date(at), time(0))
    vehicles = _vehicles(shuttles, begins, at)
    counted = {
        shuttle.pk: next(
            (v for v in reversed(vehicles[shuttle.pk]) if v.still_waiting is not None), None
        )
        for shuttle in shuttles
    }
    spans = [
        (shuttle.zone, since, at)
        for shuttle in shuttles
        for since in (begins, _since(counted[shuttle.pk], begins), at - RATE_OVER)
    ]
    came = passages.came_in(spans, region_id=region.pk) if spans else []
    runs = _runs_now(shuttles, at)
    return {
        shuttle.pk: _queue(
            shuttle,
            vehicles[shuttle.pk],
            counted[shuttle.pk],
            came[3 * number : 3 * number + 3],
            runs=shuttle.pk in runs,
            at=at,
        )
        for number, shuttle in enumerate(shuttles)
    }


def _since(counted: ShuttleDeparture | None, begins: datetime) -> datetime:
    """From when on people are reckoned: since somebody counted, or since the day began."""
    return counted.left_at if counted is not None and counted.left_at else begins


def _queue(
    shuttle: DirectShuttle,
    vehicles: Sequence[ShuttleDeparture],
    counted: ShuttleDeparture | None,
    came: Sequence[int],
    *,
    runs: bool,
    at: datetime,
) -> Queue:
    today, since_count, lately = came
    gone = [v for v in vehicles if v.left_at is not None]
    due = [v for v in vehicles if v.left_at is None]
    waiting = _waiting(gone, counted, since_count)
    wait = waits.wait(
        waiting,
        left=[waits.Left(v.left_at, v.seats, v.people or 0) for v in gone if v.left_at],
        due=[waits.Due(v.due_at, v.seats) for v in due if v.due_at],
        usual=usual_of(shuttle),
        at=at,
        joining_per_min=lately / (RATE_OVER.total_seconds() / 60),
    )
    return Queue(
        shuttle=shuttle,
        waiting=waiting,
        wait_min=round(wait.total_seconds() / 60) if runs or waiting or due else None,
        came=today,
        carried=sum(v.people or 0 for v in gone),
        last_left=gone[-1] if gone else None,
        due=due,
        is_known=bool(today or gone),
    )


def _waiting(gone: Sequence[ShuttleDeparture], counted: ShuttleDeparture | None, came: int) -> int:
    """Came in since somebody counted, less those who have left since; never below nobody."""
    base, since = 0, None
    if counted is not None:
        base, since = counted.still_waiting or 0, counted.left_at
    left = sum(v.people or 0 for v in gone if since is None or (v.left_at and v.left_at > since))
    return max(0, base + came - left)


def usual_of(shuttle: DirectShuttle) -> waits.Usual:
    """What the figures of a shuttle say of its vehicles: of its line's seats, so many an hour."""
    every = timedelta(seconds=3600 * shuttle.line.seats / shuttle.per_hour)
    return waits.Usual(every, shuttle.line.seats, fills=shuttle.leaves == Leaves.WHEN_FULL)


def _vehicles(
    shuttles: Sequence[DirectShuttle], begins: datetime, at: datetime
) -> dict[int, list[ShuttleDeparture]]:
    """Today's vehicles that have left, by when, and behind them those said to come."""
    found: dict[int, list[ShuttleDeparture]] = defaultdict(list)
    rows = ShuttleDeparture.objects.filter(
        Q(left_at__gte=begins, left_at__lte=at)
        | Q(left_at__isnull=True, due_at__gt=at - DUE_GRACE),
        shuttle__in=shuttles,
    )
    for vehicle in sorted(rows, key=lambda v: (v.left_at is None, v.left_at or v.due_at, v.pk)):
        found[vehicle.shuttle_id].append(vehicle)
    return found


def _runs_now(shuttles: Sequence[DirectShuttle], at: datetime) -> set[int]:
    """The shuttles that still carry somebody today. Windows that are to come count from an hour before."""
    rows = BoardingWindow.objects.filter(
        shuttle__in=shuttles,
        state=WindowState.SCHEDULED,
        ends_at__gt=at,
        starts_at__lte=at + timedelta(hours=1),
    )
    return set(rows.values_list("shuttle_id", flat=True))
