"""What operators do to runs: another calendar, another vehicle; and confirm lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders import queries as orders
from kernel.audit import operations as audit
from kernel.errors import Refusal
from transport.lines.models import SEATS_A_LAP, GivenSeat, Run, ShuttleLine
from transport.lines.operations.disruptions import cancel_run
from transport.lines.operations.runs import off_timetable
from transport.lines.operations.seats import check_seating

_NAMED_ORDERS = 50


class SeatsSold(Refusal):
    """More seats are sold than the other vehicle has."""

    code = "seats_sold"
    message = _("%(taken)s seats are sold. Affected orders: %(orders)s")


def follow_calendar(*, line_ids: Collection[int], actor: str, at: datetime) -> list[Run]:
    """Cancel these lines' coming runs on days that their timetable no longer has; return them."""
    off = Run.objects.filter(pk__in=off_timetable(line_ids, at))
    dropped = list(off.select_related("line__region").order_by("departs_at", "pk"))
    for run in dropped:
        cancel_run(run=run, actor=actor, at=at)
    return dropped


def set_seats(*, run: Run, seats: int, actor: str, at: datetime) -> None:
    """Give a run another vehicle: every segment gets so many seats, and where children ride on laps a
    tenth as many of those; or nothing is changed. Who was given a seat that it has not gets another one.

    :raises SeatsSold: a segment has more sold; the orders are named. :raises NoSeating: somebody chose a
        seat that it does not have, or not everybody could be seated.
    """
    try:
        with transaction.atomic():
            check_seating(run, seats)
            counted = counts.counts(run.lap_segments)
            laps = {pk: min(now, seats // SEATS_A_LAP) for pk, (now, _taken) in counted.items()}
            for bucket_id, places in sorted((dict.fromkeys(run.segments, seats) | laps).items()):
                inventory.reshape(bucket_id=bucket_id, capacity=places, at=at)
            GivenSeat.objects.filter(boarding__run=run, number__gt=seats).delete()
            audit.record(
                actor=actor,
                action="lines.set-seats",
                subject=f"run:{run.pk}",
                at=at,
                facts={"seats": seats},
            )
    except inventory.BelowTaken as refused:
        held = orders.holding_buckets([*run.segments, *run.lap_segments])
        codes = held.values_list("code", flat=True)
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
