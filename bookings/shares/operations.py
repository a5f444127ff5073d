"""Divide an unpaid order into shares, let each be paid once, and carry out the rule at the deadline.

A share is paid by a guarded statement under the order's lock, and its money counts towards the
order in the same transaction. Until the first share has come in nothing is held any longer than
without shares; then the order stays open for TIME_TO_PAY, never past its first start.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.classes import left_alone
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.orders.models import State as Standing
from bookings.payments.models import OPEN, AttemptState, Purpose
from bookings.payments.operations import NotPayable, Payable
from bookings.shares.models import Division, Rule, Share, State
from kernel import codes
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

TIME_TO_PAY = timedelta(hours=2)
"""How long the others have once the first share is paid."""

GRACE = timedelta(minutes=15)
"""How much longer an order of which some are to go is held, so that the rule finds it alive; when
nothing carries the rule out in this time, all lapses and all money goes back."""

MOST = 20
"""Shares of one order."""


class NotDivisible(Refusal):
    """This order cannot be divided, or not any more."""

    code = "not_divisible"
    message = _("This order can only be paid by one person: it is paid, has a deposit or is over.")


class BadShares(Refusal):
    """Each part must be in one share, and each share must have something to pay."""

    code = "bad_shares"
    message = _("Each part needs one payer, and each payer needs something to pay.")


class SharedPrice(Refusal):
    """Who is left out would have made the price of the others."""

    code = "shared_price"
    message = _(
        "%(title)s has a price for several people together, so everybody is needed. Let one person "
        "pay for them, or choose that nobody goes unless all have paid."
    )


class AloneInAShare(Refusal):
    """Who is left out would leave somebody's luggage, or a child without a lap."""

    code = "alone_in_a_share"
    message = _(
        "%(title)s: luggage and children on laps are paid together with somebody they go with. Or choose"
        " that nobody goes unless all have paid."
    )


class NotUndone(Refusal):
    """Somebody pays or has paid a share, or somebody else divided the order."""

    code = "not_undone"
    message = _(
        "The shares can no longer be undone: one is paid or being paid, or you did not make them."
    )


@dataclass(frozen=True, slots=True)
class Portion:
    """Who is to pay which parts: pairs of line id and part key."""

    name: str
    parts: tuple[tuple[int, str], ...]


def divide(
    *, order: Order, portions: Sequence[Portion], rule: Rule, actor: str, at: datetime
) -> Division:
    """Divide an unpaid order into shares; repeating it gives the division that is there.

    :raises NotDivisible: nothing to pay, paid in part, a deposit, a change, or over.
    :raises BadShares: parts left over or twice, or a share without a sum.
    :raises SharedPrice: a price for several people spans shares that may be left out. :raises AloneInAShare:
    what only goes along would stay without its people then.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        made = Division.objects.filter(order=order).first()
        if made is not None:
            return made
        if not is_divisible(order, at=at):
            raise NotDivisible
        lines = {line.pk: line for line in order.lines.all()}
        amounts = _amounts(lines, portions)
        if rule == Rule.KEEP:
            _refuse_spanning(lines, portions)
            _refuse_alone(lines, portions)
        made = Division.objects.create(
            order=order, rule=rule, closes_at=order.due_at, actor=actor, created_at=at
        )
        Share.objects.bulk_create(
            Share(
                division=made,
                position=position,
                name=portion.name,
                parts=[list(part) for part in portion.parts],
                amount_fen=amount_fen,
                token=codes.new_token(),
            )
            for position, (portion, amount_fen) in enumerate(zip(portions, amounts, strict=True))
        )
    return made


def undo(*, order: Order, actors: Collection[str], at: datetime) -> None:
    """Take a division back; ``actors`` are all the names of who asks. Twice is once.

    :raises NotUndone: as ``can_undo``; nothing has changed.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        made = Division.objects.filter(order=order).first()
        if made is None:
            return
        if not can_undo(made, actors=actors, at=at):
            raise NotUndone
        made.delete()


def can_undo(division: Division, *, actors: Collection[str], at: datetime) -> bool:
    """Whether these are who divided the order, and nobody has paid or is paying a share."""
    order = division.order
    paying = order.attempts.filter(purpose=Purpose.SHARE, state__in=(*OPEN, AttemptState.SUCCEEDED))
    is_theirs = division.actor in actors and order.is_payable(at)
    return is_theirs and not order.received_fen and not paying.exists()


def is_divisible(order: Order, *, at: datetime) -> bool:
    """Whether several people may pay this order: untouched, without deposit, two parts or more."""
    is_plain = not (order.received_fen or order.deposit_fen or order.credit_fen)
    parts = sum(len(line.parts) for line in order.lines.all())
    return is_plain and parts > 1 and order.unpaid_fen > 0 and order.is_payable(at)


def _amounts(lines: Mapping[int, Line], portions: Sequence[Portion]) -> list[int]:
    named = Counter(part for portion in portions for part in portion.parts)
    wanted = Counter((pk, part.key) for pk, line in lines.items() for part in line.open_parts)
    if named != wanted or not 2 <= len(portions) <= MOST:
        raise BadShares
    shares = {pk: line.shares_now for pk, line in lines.items()}
    amounts = [sum(shares[pk][key] for pk, key in portion.parts) for portion in portions]
    if not all(amounts):
        raise BadShares
    return amounts


def _refuse_spanning(lines: Mapping[int, Line], portions: Sequence[Portion]) -> None:
    payers: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for number, portion in enumerate(portions):
        for pk, key in portion.parts:
            line = lines[pk]
            part = next(part for part in line.frozen_parts if part.key == key)
            if part.saved_fen:
                payers[line.kind, line.ref, part.group_code].add(number)
                if len(payers[line.kind, line.ref, part.group_code]) > 1:
                    raise SharedPrice(title=str(line))


def _refuse_alone(lines: Mapping[int, Line], portions: Sequence[Portion]) -> None:
    for portion in portions:
        for pk, line in lines.items():
            keys = {key for line_id, key in portion.parts if line_id == pk}
            own = {p.key: p.class_code for p in line.frozen_parts if p.key in keys}
            if left_alone(own):
                raise AloneInAShare(title=str(line))


def payable_of(share: Share, *, payer: str, at: datetime) -> Payable:
    """A share in the words of payments; ``payer`` is the actor who is about to pay it.

    :raises NotPayable: it is paid or left out, or the order is no longer open.
    """
    order = share.division.order
    if share.state != State.OPEN or share.division.closes_at <= at or not order.is_payable(at):
        raise NotPayable
    return Payable(
        purpose=Purpose.SHARE,
        purpose_id=share.pk,
        amount_fen=share.amount_fen,
        currency=order.currency,
        words=f"{order.code} {share.name}",
        language=order.language,
        payer=payer,
        closes_at=share.division.closes_at,
        order=order,
    )


def settle(*, facts: Mapping[str, Any], at: datetime) -> None:
    """Count the money of a share towards its order, once; what cannot count goes back.

    So does the money of a share that was undone while its payment began.

    Runs in the outbox's transaction. ``facts`` as of bookings.orders.operations.settle.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=facts["order_id"])
    share = Share.objects.select_related("division").filter(pk=facts["purpose_id"]).first()
    if share is None:
        orders.settle(facts=facts, at=at, objection="GIVEN_UP")
        return
    is_first = _mark_paid(share, at)
    reason = orders.settle(facts=facts, at=at, objection="" if is_first else _why_not(share))
    if reason and is_first:
        Share.objects.filter(pk=share.pk).update(state=State.OPEN, paid_at=None)
    if not reason:
        _keep_open(order, share.division, at)
        outbox.record(
            name="bookings.share.paid",
            key=f"share:{share.pk}",
            facts={"share_id": share.pk, "order_id": order.pk, "amount_fen": share.amount_fen},
            at=at,
        )


def _mark_paid(share: Share, at: datetime) -> bool:
    is_open = Share.objects.filter(pk=share.pk, state=State.OPEN)
    return is_open.update(state=State.PAID, paid_at=at) == 1


def _why_not(share: Share) -> str:
    return "PAID_TWICE" if share.state == State.PAID else "LATE_AND_GONE"


def _keep_open(order: Order, division: Division, at: datetime) -> None:
    """The first share gives the others time."""
    if division.shares.filter(state=State.PAID).count() != 1:
        return
    first_start = min(line.starts_at for line in order.lines.all())
    closes_at = max(min(at + TIME_TO_PAY, first_start), division.closes_at)
    Division.objects.filter(pk=division.pk).update(closes_at=closes_at)
    grace = GRACE if division.rule == Rule.KEEP else timedelta(0)
    Order.objects.filter(pk=order.pk).update(due_at=closes_at + grace)


def keep_due(*, at: datetime) -> int:
    """Where the deadline is over and the rule says so, those who paid go; how many orders that was."""
    due = Division.objects.filter(
        rule=Rule.KEEP,
        closes_at__lte=at,
        closes_at__gt=at - GRACE,
        order__paid_at__isnull=True,
        order__received_fen__gt=0,
    )
    return sum(_keep(order_id, at) for order_id in due.values_list("order_id", flat=True)[:200])


def _keep(order_id: int, at: datetime) -> bool:
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        unpaid = Share.objects.filter(division__order=order, state=State.OPEN)
        if order.paid_at is not None or order.state is not Standing.HELD or not order.received_fen:
            return False
        parts: dict[int, set[str]] = defaultdict(set)
        for share in unpaid:
            for line_id, key in share.parts:
                parts[line_id].add(key)
        unpaid.update(state=State.LEFT_OUT)
        orders.leave_out(order=order, parts=parts, at=at)
    return True
