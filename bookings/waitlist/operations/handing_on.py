"""Hand a part on to the waiting list, or take that back; it is the buyer's until somebody takes it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Part
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order, State
from bookings.refunds import operations as refunds
from bookings.waitlist import queries
from bookings.waitlist.models import Handover, HandoverState
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

_BATCH = 500


class NotHandable(Refusal):
    """Only what is confirmed, unused and still to come can be handed on."""

    message = _("%(title)s can no longer be handed on: it is used, cancelled, or has begun.")


class NobodyWaits(Refusal):
    """There is no line in which anybody could take it."""

    message = _("Nobody waits for %(title)s now, so there is nobody to hand it on to.")


class CancelInstead(Refusal):
    """The terms give as much back at once, whether somebody takes it or not."""

    message = _("Cancelling it gives you at least as much back at once: please cancel it instead.")


class HandoverMoved(Refusal):
    """What comes back is no longer what was shown."""

    message = _("What you get back has changed meanwhile. Please look at the new sum.")


class NotOffered(Refusal):
    """It was taken, withdrawn or over before."""

    message = _("It was taken already, or its time is over.")


def hand_on(
    *, order: Order, line_id: int, part_key: str, shown_fen: int, actor: str, at: datetime
) -> Handover:
    """Offer a part to the waiting list for the sum that was shown; asked again, it is offered once.

    :raises NotHandable, NobodyWaits, CancelInstead, HandoverMoved: nothing has changed.
    :raises Flagged: a person must look at the journey first.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        line = _line_locked(order, line_id, part_key)
        known = Handover.objects.filter(
            line=line, part_key=part_key, state=HandoverState.OPEN
        ).first()
        if known is not None:
            return known
        orders.refuse_flagged(order)
        part = part_of(line, part_key, at=at)
        refund_fen = terms_of(line, part, at=at)
        if refund_fen != shown_fen:
            raise HandoverMoved(shown_fen=shown_fen, refund_fen=refund_fen)
        audit.record(
            actor=actor, action="waitlist.hand-on", subject=order.subject, at=at,
            facts={"line_id": line.pk, "part": part_key, "refund_fen": refund_fen},
        )  # fmt: skip
        return Handover.objects.create(
            line=line,
            part_key=part_key,
            region_id=line.region_id,
            organisation_id=line.supplier_id,
            actor=order.actor,
            units={str(bucket): units for bucket, units in units_of(part).items()},
            refund_fen=refund_fen,
            fee_fen=fee_of(line, part),
            offered_at=at,
        )


def withdraw(*, handover: Handover, actor: str, at: datetime) -> None:
    """Keep it after all. :raises NotOffered: it was taken before, or its time is over."""
    with transaction.atomic(durable=True):
        rows = Handover.objects.filter(pk=handover.pk, state=HandoverState.OPEN)
        if not rows.update(state=HandoverState.WITHDRAWN, ended_at=at):
            raise NotOffered
        audit.record(
            actor=actor, action="waitlist.withdraw", subject=handover.line.order.subject, at=at,
            facts={"line_id": handover.line_id, "part": handover.part_key},
        )  # fmt: skip


def part_of(line: Line, part_key: str, *, at: datetime) -> Part:
    """The part, where it may be handed on at all. :raises NotHandable, NobodyWaits: it may not."""
    part = {each.key: each for each in line.open_parts}.get(part_key)
    if part is None or line.state != State.CONFIRMED or line.starts_at <= at:
        raise NotHandable(title=str(line))
    if not queries.awaited_by_somebody(units_of(part)):
        raise NobodyWaits(title=str(line))
    return part


def terms_of(line: Line, part: Part, *, at: datetime) -> int:
    """Fen that come back if somebody takes it: what was received for it, less the fee.

    :raises CancelInstead: the terms give as much.
    """
    quoted = refunds.quote(order=line.order, parts={line.pk: [part.key]}, at=at)
    [row] = quoted.rows
    back_fen = row.received_fen - (row.price_fen - row.base_fen) - fee_of(line, part)
    if back_fen <= row.refund_fen:
        raise CancelInstead(refund_fen=row.refund_fen)
    return back_fen


def fee_of(line: Line, part: Part) -> int:
    """What handing it on costs, in fen, rounded down."""
    return part.price_fen * line.frozen_terms.handover_permille // 1000


def units_of(part: Part) -> dict[int, int]:
    """The units by bucket that come free with a part."""
    units: dict[int, int] = {}
    for demand in part.demands:
        units[demand.bucket_id] = units.get(demand.bucket_id, 0) + demand.units
    return units


def end_handovers(*, at: datetime) -> int:
    """End what nobody can take any more; whose time has come unused is told. How many ended."""
    ended = 0
    for handover in queries.handovers_over(at=at, most=_BATCH):
        with transaction.atomic():
            rows = Handover.objects.filter(pk=handover.pk, state=HandoverState.OPEN)
            if not rows.update(state=HandoverState.OVER, ended_at=at):
                continue
            if handover.part_key in {part.key for part in handover.line.open_parts}:
                outbox.record(
                    name="bookings.waitlist.handover-over", key=f"handover-over:{handover.pk}",
                    facts={"handover_id": handover.pk}, at=at,
                )  # fmt: skip
        ended += 1
    return ended


def _line_locked(order: Order, line_id: int, part_key: str) -> Line:
    """:raises NotHandable: there is no such part of this order."""
    rows = Line.objects.select_for_update(no_key=True).filter(order=order, pk=line_id)
    line = rows.first()
    if line is None or part_key not in line.prices:
        raise NotHandable(title=order.code)
    return line
