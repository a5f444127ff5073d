"""Money goes back the way it came: set aside of its payment, booked, and due to be sent. Once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from bookings.dues import operations as dues
from bookings.dues import queries as dues_of
from bookings.ledger import operations as ledger
from bookings.orders.models import Change, Line, Order
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.refunds.models import Reason, Refund
from bookings.shares import queries as shares
from kernel import codes
from kernel.outbox import operations as outbox

NOBODY = 0
"""No share: who paid the order."""


def return_refused(*, line_id: int, at: datetime) -> None:
    """The supplier said no: what was not cancelled before goes back whole. Once for a line."""
    line = Line.objects.select_related("order").get(pk=line_id)
    order = Order.objects.select_for_update(no_key=True).get(pk=line.order_id)
    received = dues_of.received_of(line)
    amounts = {(line.pk, part.key): received.get(part.key, 0) for part in line.open_parts}
    dues.waive(line=line, part_keys=list(received))
    send_back(order, amounts, f"refused:line:{line.pk}", Reason.SUPPLIER, "system", at, {})


def return_money(*, facts: Mapping[str, Any], at: datetime) -> None:
    """Money that pays nothing goes back whole, by the payment it came with. Once for a payment."""
    attempt = Attempt.objects.get(pk=facts["attempt_id"])
    order = Order.objects.get(pk=facts["order_id"])
    _reserve(order, attempt, facts["amount_fen"], f"return:{attempt.pk}",
             facts["reason"], "system", at, {})  # fmt: skip


def return_difference(*, change_id: int, at: datetime) -> None:
    """What a change has left over goes back. Once for a change."""
    made = Change.objects.select_related("line").get(pk=change_id)
    order = Order.objects.select_for_update(no_key=True).get(pk=made.line.order_id)
    key = f"changed:{made.pk}"
    back = {(made.line_id, ""): made.back_fen}
    send_back(order, back, key, Reason.CHANGED, made.actor, at, {})


def return_deposit(*, attempt: Attempt, amount_fen: int, actor: str, at: datetime) -> None:
    """A deposit that had to be charged goes back, once. Runs in the caller's transaction."""
    order = Order.objects.get(attempts=attempt)
    _reserve(order, attempt, amount_fen, f"deposit:{attempt.pk}", Reason.DEPOSIT, actor, at, {})


def send_back(
    order: Order,
    amounts: Mapping[tuple[int, str], int],
    key: str,
    reason: str,
    actor: str,
    at: datetime,
    parts: Mapping[str, Any],
) -> list[Refund]:
    """Send sums (by line id and part key) back to whom they came from.

    What a friend has paid goes back to that friend, the rest to the payments of the order, then of
    what belongs to it, up to what each holds.
    """
    payers = shares.payers(order)
    owed: Counter[int] = Counter()
    for part, fen in amounts.items():
        owed[payers.get(part, NOBODY)] += fen
    refunds: list[Refund] = []
    for share_id, fen in sorted(owed.items(), reverse=True):
        left = fen
        for attempt in _payments(order, share_id):
            some = min(left, attempt.captured_fen - attempt.refunded_fen)
            name = f"{key}:{share_id}:{attempt.pk}"
            made = _reserve(order, attempt, some, name, reason, actor, at, parts) if some else None
            refunds += [made] if made else []
            left -= some
    return refunds


def _payments(order: Order, share_id: int) -> list[Attempt]:
    """What an order's money came with, the nearest first, locked in the order of their keys."""
    family = Q(order_id=order.root_id) | Q(order__parent_id=order.root_id)
    paid = Attempt.objects.filter(family, state=AttemptState.SUCCEEDED)
    found = paid.exclude(purpose=Purpose.DEPOSIT).order_by("pk")
    rows = list(found.select_for_update(no_key=True, of=("self",)))

    def distance(attempt: Attempt) -> tuple[bool, bool, int]:
        is_payer = (attempt.purpose, attempt.purpose_id) == (Purpose.SHARE, share_id)
        return not is_payer, attempt.order_id != order.pk, attempt.pk

    return sorted(rows, key=distance)


def _reserve(
    order: Order,
    attempt: Attempt,
    amount_fen: int,
    key: str,
    reason: str,
    actor: str,
    at: datetime,
    parts: Mapping[str, Any],
) -> Refund | None:
    """Set a sum of a payment aside and say that it must be sent; None when it was done before."""
    if Refund.objects.filter(key=key).exists():
        return None
    moved = Attempt.objects.filter(
        pk=attempt.pk, captured_fen__gte=F("refunded_fen") + amount_fen
    ).update(refunded_fen=F("refunded_fen") + amount_fen)
    if not moved:
        raise ValueError(f"payment {attempt.pk} does not hold {amount_fen} fen")
    refund = Refund.objects.create(
        order=order,
        attempt=attempt,
        key=key,
        token=codes.new_token(),
        parts=dict(parts),
        amount_fen=amount_fen,
        reason=reason,
        actor=actor,
        created_at=at,
        promised_at=_promise(attempt, at),
    )
    ledger.post(
        key=f"refund:{refund.pk}",
        subject=f"order:{attempt.order_id}",
        memo="money returned",
        postings=[
            (_owed_to(order, attempt), amount_fen),
            (f"provider:{attempt.provider}", -amount_fen),
        ],
        region_id=order.region_id,
        currency=order.currency,
        at=at,
    )
    outbox.record(
        name="bookings.refund.asked",
        key=f"refund:{refund.pk}",
        facts={"refund_id": refund.pk, "order_id": order.pk, "amount_fen": amount_fen},
        at=at,
    )
    return refund


def _promise(attempt: Attempt, at: datetime) -> datetime:
    """When the buyer has the money at the latest, as the provider says of itself."""
    try:
        days = providers.get(attempt.provider).capabilities.refund_takes_days
    except providers.UnknownProvider:
        days = providers.Capabilities(frozenset(), is_live=True).refund_takes_days
    return at + timedelta(days=days)


def _owed_to(order: Order, attempt: Attempt) -> str:
    kind = "deposit" if attempt.purpose == Purpose.DEPOSIT else "buyer"
    return f"{kind}:{order.pk}"
