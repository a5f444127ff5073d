"""Lay out boarding windows, cancel them, add vehicles to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.news import operations as news
from bookings.orders.models import State
from bookings.refunds import operations as refunds
from kernel.audit import operations as audit
from kernel.outbox import operations as outbox
from kernel.places.models import Region
from transport.direct import queries
from transport.direct.models import DirectRide, DirectShuttle, Window, WindowState
from transport.lines import operations as lines
from transport.lines import queries as line_rows

CANCELLED = "transport.window.cancelled"
_BATCH = 5000
_LOOK_BACK = timedelta(days=1)
"""So long after its end a cancelled window is looked at: what was sold of it is returned by then."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A window that a shuttle's day asks for, in seconds after the service day's midnight."""

    shuttle: DirectShuttle
    day: date
    begins_s: int
    ends_s: int

    @property
    def key(self) -> str:
        return f"transport.direct:{self.shuttle.pk}:{self.day}:{self.begins_s}"

    @property
    def capacity(self) -> int:
        """As many as are carried in its time, rounded down: one at least."""
        return max(1, self.shuttle.per_hour * (self.ends_s - self.begins_s) // 3600)

    @property
    def starts_at(self) -> datetime:
        return lines.departure(self.shuttle.line, self.begins_s, self.day)


def create_windows(*, region: Region, first: date, last: date) -> int:
    """Make the windows of all shuttles on sale from ``first`` to ``last`` that there are not yet."""
    shuttles = list(queries.open_shuttles(region))
    calendar = line_rows.calendar_of({shuttle.line_id for shuttle in shuttles})
    known = set(
        Window.objects.filter(
            shuttle__in=shuttles, service_date__gte=first, service_date__lte=last
        ).values_list("shuttle_id", "service_date")
    )
    wanted = [
        window
        for day in line_rows.days(first, last)
        for shuttle in shuttles
        if (shuttle.pk, day) not in known and calendar.has_day(shuttle.line, day)
        for window in _windows(shuttle, day)
    ]
    for start in range(0, len(wanted), _BATCH):
        _make(wanted[start : start + _BATCH])
    return len(wanted)


def _windows(shuttle: DirectShuttle, day: date) -> Iterator[_Wanted]:
    """The windows of one day; the last one ends with the last departure."""
    step = shuttle.window_min * 60 or shuttle.last_s - shuttle.first_s
    for begins in range(shuttle.first_s, shuttle.last_s, step):
        yield _Wanted(shuttle, day, begins, min(begins + step, shuttle.last_s))


def _make(wanted: Sequence[_Wanted]) -> None:
    """One batch: the buckets in one statement, then the windows in one."""
    with transaction.atomic():
        ids = inventory.shape(
            [
                inventory.BucketSpec(one.key, one.shuttle.line.region_id, one.capacity)
                for one in wanted
            ]
        )
        Window.objects.bulk_create(
            [
                Window(
                    shuttle=one.shuttle,
                    service_date=one.day,
                    starts_at=one.starts_at,
                    ends_at=lines.departure(one.shuttle.line, one.ends_s, one.day),
                    bucket_id=ids[one.key],
                )
                for one in wanted
            ],
            ignore_conflicts=True,
            batch_size=2000,
        )


def cancel_window(*, window: Window, actor: str, at: datetime) -> bool:
    """Carry nobody in a window: it is not sold any more, who has paid gets everything back.

    The refunds follow through the outbox; who was being delivered in that moment is found by
    ``follow_cancelled``. Whether it was open; cancelling again changes nothing.
    """
    with transaction.atomic():
        moved = Window.objects.filter(pk=window.pk, state=WindowState.SCHEDULED).update(
            state=WindowState.CANCELLED
        )
        if moved:
            subject = about(window.pk)
            audit.record(actor=actor, action="direct.cancel-window", subject=subject, at=at)
            facts = {"window_id": window.pk}
            outbox.record(name=CANCELLED, key=f"{subject}:cancelled", facts=facts, at=at)
    return bool(moved)


def refund_riders(*, window_id: int, at: datetime) -> int:
    """Tell the riders of a cancelled window and return their whole price; return how many lines.

    One transaction an order; what is used or cancelled already stays so, repeating it does no more.
    """
    rides = DirectRide.objects.filter(window_id=window_id, window__state=WindowState.CANCELLED)
    riders = list(rides.select_related("line__order").order_by("line__order_id", "pk"))
    news.tell_called_off(line_ids=[ride.line_id for ride in riders], about=about(window_id), at=at)
    return sum(refunds.give_all_back(line=ride.line, at=at) for ride in riders)


def follow_cancelled(*, at: datetime) -> int:
    """Again for windows in which somebody still has a ride that nobody carries: its order was delivered in
    the moment in which they were cancelled. How many lines are returned."""
    standing = DirectRide.objects.filter(
        window__state=WindowState.CANCELLED, window__ends_at__gt=at - _LOOK_BACK,
        line__state=State.CONFIRMED,
    )  # fmt: skip
    window_ids = standing.order_by("window_id").values_list("window_id", flat=True)
    return sum(refund_riders(window_id=pk, at=at) for pk in window_ids.distinct())


def about(window_id: int) -> str:
    """How messages and audits name a window."""
    return f"window:{window_id}"


def enlarge(window: Window, places: int, *, vehicles: int, at: datetime) -> None:
    """Carry so many more people in a window. In the caller's transaction, which locks the window."""
    [(capacity, _taken)] = counts.counts([window.bucket_id]).values()
    inventory.reshape(bucket_id=window.bucket_id, capacity=capacity + places, at=at)
    window.extra += vehicles
    window.save(update_fields=["extra"])
