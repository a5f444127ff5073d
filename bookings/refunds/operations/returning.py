"""Money goes back the way it came: set aside of its payment, booked, and due to be sent. Once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Sum

from bookings.dues import operations as dues
from bookings.dues import queries as dues_of
from bookings.ledger import operations as ledger
from bookings.orders.models import Change, Line, Order
from bookings.payments import providers
from bookings.payments.models import AT_THE_BANK_FEN, Attempt, Purpose
from bookings.refunds.models import Reason, Refund
from bookings.refunds.operations.rest import Back, lock_payments, settle_rest, was_settled
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
    """Money that pays nothing goes back whole, by the payment it came with. Once for a payment.

    What went by that payment for something else, before anybody knew, is made up by the others.
    """
    attempt_id, fen = facts["attempt_id"], facts["amount_fen"]
    order = Order.objects.get(pk=facts["order_id"])
    back = Back(order, f"return:{attempt_id}", facts["reason"], "system", at)
    attempts = lock_payments(order)
    if was_settled(back.key):
        return
    itself = [each for each in attempts if each.pk == attempt_id]
    others = [each for each in _nearest(attempts, order, NOBODY) if each.pk != attempt_id]
    made_up = _went_before(itself, fen)
    _send(back, itself, fen - made_up, back.key)
    if made_up:
        _send(back, others, made_up, f"{back.key}:others")


def _went_before(attempts: Sequence[Attempt], fen: int) -> int:
    """What these payments lack of ``fen`` because we have sent it back for something else."""
    lacks = max(0, fen - sum(each.returnable_fen for each in attempts))
    ours = Refund.objects.filter(attempt__in=attempts).exclude(reason=Reason.OUTSIDE)
    return min(lacks, ours.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


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
    back = Back(order, f"deposit:{attempt.pk}", Reason.DEPOSIT, actor, at)
    _send(back, _one(order, attempt.pk), amount_fen, back.key)


def send_back(
    order: Order,
    amounts: Mapping[tuple[int, str], int],
    key: str,
    reason: str,
    actor: str,
    at: datetime,
    parts: Mapping[str, Any],
) -> list[Refund]:
    """Send sums (by line id and part key) back to whom they came from. Once for a key.

    What a friend has paid goes back to that friend, the rest to the payments of the order, then of
    what belongs to it, up to what each holds.
    """
    back = Back(order, key, reason, actor, at, parts)
    payers = shares.payers(order)
    owed: Counter[int] = Counter()
    for part, fen in amounts.items():
        owed[payers.get(part, NOBODY)] += fen
    attempts = lock_payments(order)
    refunds: list[Refund] = []
    for share_id, fen in sorted(owed.items(), reverse=True):
        refunds += _send(back, _nearest(attempts, order, share_id), fen, f"{key}:{share_id}")
    return refunds


def _nearest(attempts: Sequence[Attempt], order: Order, share_id: int) -> list[Attempt]:
    """What an order's money came with, the nearest first."""

    def distance(attempt: Attempt) -> tuple[bool, bool, int]:
        is_payer = (attempt.purpose, attempt.purpose_id) == (Purpose.SHARE, share_id)
        return not is_payer, attempt.order_id != order.pk, attempt.pk

    return sorted((each for each in attempts if each.purpose != Purpose.DEPOSIT), key=distance)


def _one(order: Order, attempt_id: int) -> list[Attempt]:
    return [each for each in lock_payments(order) if each.pk == attempt_id]


def _send(back: Back, attempts: Sequence[Attempt], fen: int, name: str) -> list[Refund]:
    """Set so much aside of these payments, as far as they hold it; the rest is settled without them."""
    if was_settled(name):
        return []
    refunds, left = [], fen
    owed_to = f"buyer:{back.order.pk}"
    for attempt in attempts:
        owed_to = _owed_to(back.order, attempt)
        if some := min(left, attempt.returnable_fen):
            refunds.append(_reserve(back, attempt, some, f"{name}:{attempt.pk}", owed_to))
            left -= some
    return refunds + settle_rest(back, owed_to, left, name)


def _reserve(back: Back, attempt: Attempt, fen: int, key: str, owed_to: str) -> Refund:
    """Set a sum of a payment aside and say that it must be sent."""
    holds = Attempt.objects.filter(
        pk=attempt.pk, captured_fen__gte=F("refunded_fen") + AT_THE_BANK_FEN + fen
    )
    if not holds.update(refunded_fen=F("refunded_fen") + fen):
        raise ValueError(f"payment {attempt.pk} does not hold {fen} fen")
    attempt.refunded_fen += fen
    refund = Refund.objects.create(
        **back.columns,
        attempt=attempt,
        key=key,
        token=codes.new_token(),
        amount_fen=fen,
        promised_at=_promise(attempt, back.at),
    )
    ledger.post(
        key=f"refund:{refund.pk}",
        subject=f"order:{attempt.order_id}",
        memo="money returned",
        postings=[(owed_to, fen), (f"provider:{attempt.provider}", -fen)],
        region_id=back.order.region_id,
        currency=back.order.currency,
        at=back.at,
    )
    outbox.record(
        name="bookings.refund.asked",
        key=f"refund:{refund.pk}",
        facts={"refund_id": refund.pk, "order_id": back.order.pk, "amount_fen": fen},
        at=back.at,
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
