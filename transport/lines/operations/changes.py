"""What operators do to runs: cancel them, bring them back, change the vehicle; and confirm lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.inventory import operations as inventory
from bookings.news import operations as news
from bookings.orders import queries as orders
from bookings.refunds import operations as refunds
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from transport.lines import calendars, queries
from transport.lines.models import Boarding, Run, RunState, ShuttleLine

CANCELLED = "transport.run.cancelled"
_NAMED_ORDERS = 50


class SeatsSold(Refusal):
    """More seats are sold than the other vehicle has."""

    code = "seats_sold"
    message = _("%(taken)s seats are sold. Affected orders: %(orders)s")


def cancel_run(*, run: Run, actor: str, at: datetime) -> list[str]:
    """Cancel a run: nobody buys it any more, and who has paid gets everything back.

    Returns the codes of the orders that hold seats on it. The refunds follow through the outbox; an
    order that is paid only now is refused at delivery. Cancelling again changes nothing.
    """
    with transaction.atomic():
        moved = Run.objects.filter(pk=run.pk, state=RunState.SCHEDULED).update(
            state=RunState.CANCELLED
        )
        if moved:
            subject = f"run:{run.pk}"
            audit.record(actor=actor, action="lines.cancel-run", subject=subject, at=at)
            key = f"{subject}:cancelled:{at.isoformat()}"
            outbox.record(name=CANCELLED, key=key, facts={"run_id": run.pk}, at=at)
    return list(orders.holding_buckets(run.segments).values_list("code", flat=True))


def restore_run(*, run: Run, actor: str, at: datetime) -> None:
    """Put a cancelled run back on sale; whoever was refunded must buy again. Twice is once."""
    with transaction.atomic():
        moved = Run.objects.filter(pk=run.pk, state=RunState.CANCELLED).update(
            state=RunState.SCHEDULED
        )
        if moved:
            audit.record(actor=actor, action="lines.restore-run", subject=f"run:{run.pk}", at=at)


def refund_riders(*, run_id: int, at: datetime) -> int:
    """Tell the riders of a cancelled run and return their whole price; return how many orders.

    One transaction an order; what is used or cancelled already stays so, and repeating it does
    nothing more. A run that was brought back meanwhile is left alone.
    """
    rides = Boarding.objects.filter(run_id=run_id, run__state=RunState.CANCELLED)
    riders = list(rides.select_related("line__order").order_by("line__order_id", "pk"))
    line_ids = [ride.line_id for ride in riders]
    news.tell_called_off(line_ids=line_ids, about=about(run_id), at=at)
    return sum(refunds.give_all_back(line=ride.line, at=at) for ride in riders)


def about(run_id: int) -> str:
    """How messages name a run."""
    return f"run:{run_id}"


def follow_calendar(*, line: ShuttleLine, actor: str, at: datetime) -> list[Run]:
    """Cancel the line's coming runs on days that its timetable no longer has; return them."""
    exceptions = queries.exceptions_of([line.pk])
    coming = Run.objects.filter(line=line, state=RunState.SCHEDULED, departs_at__gt=at)
    dropped = [
        run
        for run in coming.select_related("trip", "line__region").order_by("departs_at", "pk")
        if not calendars.runs_on(line, run.trip, run.service_date, exceptions)
    ]
    for run in dropped:
        cancel_run(run=run, actor=actor, at=at)
    return dropped


def set_seats(*, run: Run, seats: int, actor: str, at: datetime) -> None:
    """Give a run another vehicle: every segment gets so many seats, or none is changed.

    :raises SeatsSold: a segment has more sold; the orders are named.
    """
    try:
        with transaction.atomic():
            for bucket_id in sorted(run.segments):
                inventory.reshape(bucket_id=bucket_id, capacity=seats, at=at)
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
            field="seats", taken=refused.facts["taken"], orders=", ".join(codes[:_NAMED_ORDERS])
        ) from None


def confirm_lines(*, lines: Iterable[ShuttleLine], actor: str, at: datetime) -> int:
    """Note that somebody who knows stands by these lines; return how many were not confirmed yet."""
    count = 0
    with transaction.atomic():
        for line in lines:
            open_row = ShuttleLine.objects.filter(pk=line.pk, confirmed_at__isnull=True)
            if open_row.update(confirmed_at=at, confirmed_by=actor):
                audit.record(actor=actor, action="lines.confirm", subject=f"line:{line.pk}", at=at)
                count += 1
    return count
