"""Take what is handed on, where somebody who waits can be served with it and with what is free.

The plan is the published rule over what is free and all that is handed on. For its first winner who
lacks something, the oldest parts that it needs are taken in one transaction: their codes are dead, the
money is on its way, and what they held is one ordinary return, which is handed out like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders.models import Hold, Line, Order
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason
from bookings.waitlist import queries
from bookings.waitlist.models import Entry, Handover, HandoverState
from bookings.waitlist.needed import HandedOn, missing, needed
from bookings.waitlist.operations.hearing import Hearing, heard
from bookings.waitlist.operations.lines import line_up
from bookings.waitlist.operations.turns import Serving
from bookings.waitlist.planning import Freed, Plan
from kernel.outbox import operations as outbox

MOST = 500
"""So many handovers of a region are looked at in one go, the oldest first."""

_AHEAD = 6
_POOL = 0
"""The number of the return that is only planned with."""

_EVERY_RETURN = 2**62


class _Moved(Exception):
    """One of them was withdrawn, used or cancelled meanwhile; rolls back all of it."""


def take(turn: Serving) -> bool:
    """Take the parts that the next winner needs; False where nobody can be served with any."""
    offered = queries.takeable(turn.region_id, at=turn.at, most=MOST)
    if not offered:
        return False
    pool: dict[int, int] = {}
    for one in offered:
        for bucket, units in one.holds.items():
            pool[bucket] = pool.get(bucket, 0) + units
    made, hearing = _plan(turn, pool)
    found = _next(made, hearing, offered)
    if found is None:
        if made.short is not None:
            with transaction.atomic():
                line_up([hearing.wanted(made.short)], at=turn.at)
        return False
    entry_id, chosen = found
    try:
        take_for(turn, entry_id=entry_id, handovers=chosen)
    except (_Moved, refunds.NotCancellable, refunds.TooMuch):
        return False  # looked at anew in the next turn, without what is gone
    return True


def _plan(turn: Serving, pool: dict[int, int]) -> tuple[Plan, Hearing]:
    """Who would be served if all that is handed on came free now; lines are read deeper as needed."""
    freed = [Freed(_POOL, pool)]
    hearing = Hearing(turn.region_id, _EVERY_RETURN, turn.at)
    passed = queries.refused_wishes(list(pool), at=turn.at)
    ahead = _AHEAD
    while True:
        hearing.read_lines(freed, but=passed, ahead=ahead)
        made = heard(freed, hearing, {_POOL: passed})
        if made.steps:
            return made, hearing
        ahead *= 4


def _next(
    made: Plan, hearing: Hearing, offered: Sequence[Handover]
) -> tuple[int, list[Handover]] | None:
    """The first winner who lacks something that others than themselves hand on."""
    room = dict(hearing.room)
    winners = Entry.objects.in_bulk([step.pick.entry_id for step in made.won])
    for step in made.won:
        wants = {**hearing.wanted(step.pick.wish_id)[1], **step.pick.needs}
        lacks = missing(wants, room)
        actor = winners[step.pick.entry_id].actor
        others = {one.pk: one for one in offered if one.actor != actor}
        chosen = needed(lacks, [HandedOn(pk, one.holds) for pk, one in others.items()])
        if chosen:
            return step.pick.entry_id, [others[one.handover_id] for one in chosen]
        for bucket, units in wants.items():
            if not lacks and bucket in room:
                room[bucket] -= units
    return None


def take_for(turn: Serving, *, entry_id: int, handovers: Sequence[Handover]) -> None:
    """Give these parts up for an entry: all of them or none.

    :raises leases.Lost: somebody else serves. :raises _Moved, NotCancellable: one of them is gone.
    """
    with transaction.atomic(durable=True):
        turn.check()
        buckets = _lock(handovers)
        last = counts.last_return()
        claim(handovers, entry_id=entry_id, at=turn.at)
        for handover in handovers:
            _give_up(handover, turn.at)
        inventory.gather(buckets, after=last, at=turn.at)


def claim(handovers: Sequence[Handover], *, entry_id: int, at: datetime) -> None:
    """OPEN becomes TAKEN, of all or of none: who withdraws at this moment is first or too late."""
    rows = Handover.objects.filter(pk__in=[one.pk for one in handovers], state=HandoverState.OPEN)
    taken = rows.update(state=HandoverState.TAKEN, entry_id=entry_id, ended_at=at)
    if taken != len(handovers):
        raise _Moved


def _lock(handovers: Sequence[Handover]) -> list[int]:
    """Orders, lines, buckets, each in the order of their ids, as cancelling does; return the buckets."""
    lines = sorted({one.line_id for one in handovers})
    orders = Line.objects.filter(pk__in=lines).values("order_id")
    list(Order.objects.select_for_update(no_key=True).filter(pk__in=orders).order_by("pk"))
    list(Line.objects.select_for_update(no_key=True).filter(pk__in=lines).order_by("pk"))
    buckets = set(Hold.objects.filter(line__in=lines).values_list("bucket_id", flat=True))
    inventory.lock(buckets)
    return sorted(buckets)


def _give_up(handover: Handover, at: datetime) -> None:
    """Cancel the part for what was promised, or for what is left of its money if that is less."""
    line = Line.objects.select_related("order").get(pk=handover.line_id)
    parts = {line.pk: [handover.part_key]}
    received = refunds.quote(order=line.order, parts=parts, at=at).received_fen
    back_fen = min(handover.refund_fen, received)
    if back_fen != handover.refund_fen:
        Handover.objects.filter(pk=handover.pk).update(refund_fen=back_fen)
    refunds.cancel_for(
        order=line.order, parts=parts, refund_fen=back_fen, actor="system",
        reason=Reason.HANDED_ON, at=at,
    )  # fmt: skip
    outbox.record(
        name="bookings.waitlist.handover-taken", key=f"handover-taken:{handover.pk}",
        facts={"handover_id": handover.pk}, at=at,
    )  # fmt: skip
