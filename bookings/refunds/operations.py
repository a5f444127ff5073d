"""Quote, cancel, and send money back the way it came.

The refund shown first is the refund made: both come from the terms frozen at purchase, and
``cancel`` refuses when the sum has moved meanwhile. What is kept is booked to the supplier.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings import registry
from bookings.contracts import Part, Words
from bookings.dues import operations as dues
from bookings.dues import queries as dues_of
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Change, Line, Order, State
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.refunds.models import Reason, Refund, RefundState
from bookings.vouchers import operations as vouchers
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

_CANCELLABLE = (State.CONFIRMED, State.PAID, State.AWAITING_SUPPLIER)


class NotCancellable(Refusal):
    """Nothing of this line can be cancelled (any more)."""

    code = "not_cancellable"
    message = _("%(title)s can no longer be cancelled.")


class RefundMoved(Refusal):
    """What comes back is no longer what was shown: a step of the terms has passed."""

    code = "refund_moved"
    message = _("What you get back has changed meanwhile. Please look at the new sum.")


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One part: what it costs, what of it was received, and what comes back, in fen."""

    line_id: int
    part_key: str
    title: Words
    price_fen: int
    received_fen: int
    refund_fen: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What cancelling some parts would bring back."""

    rows: tuple[QuoteRow, ...]

    @property
    def refund_fen(self) -> int:
        return sum(row.refund_fen for row in self.rows)

    def kept_fen(self, line_id: int) -> int:
        """What a line's supplier keeps of its cancelled parts."""
        return sum(r.received_fen - r.refund_fen for r in self.rows if r.line_id == line_id)


def quote(*, order: Order, parts: Mapping[int, Sequence[str]], at: datetime) -> Quote:
    """What comes back for these parts (line id to part keys) at ``at``.

    :raises NotCancellable: a part is used, cancelled, or of a line that is not paid or not of this
        order.
    """
    lines = Line.objects.filter(order=order, pk__in=parts).order_by("pk")
    if len(lines) != len(parts):
        raise NotCancellable(title=order.code)
    return Quote(tuple(row for line in lines for row in _quote_line(line, parts[line.pk], at)))


def _quote_line(line: Line, keys: Sequence[str], at: datetime) -> list[QuoteRow]:
    open_parts = {part.key: part for part in line.open_parts}
    if line.state not in _CANCELLABLE or not set(keys) <= set(open_parts):
        raise NotCancellable(title=str(line))
    received = dues_of.received_of(line)
    return [
        _quote_part(line, open_parts[key], received.get(key, 0), at) for key in sorted(set(keys))
    ]


def _quote_part(line: Line, part: Part, received_fen: int, at: datetime) -> QuoteRow:
    """The terms say what is kept of the price; it is kept of what has come in, and no more."""
    by_terms = registry.get(line.kind).refundable(line=line, part_keys=[part.key], at=at)
    return QuoteRow(
        line_id=line.pk,
        part_key=part.key,
        title=part.title,
        price_fen=part.price_fen,
        received_fen=received_fen,
        refund_fen=max(0, received_fen - (part.price_fen - by_terms)),
    )


def cancel(
    *,
    order: Order,
    parts: Mapping[int, Sequence[str]],
    shown_fen: int,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Refund]:
    """Cancel parts of a paid order and start the refund that was shown.

    :raises NotCancellable: a part is used or cancelled already. :raises RefundMoved: another sum.
    Nothing has changed then.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        before = _lock_lines(order, parts)
        quoted = quote(order=order, parts=parts, at=at)
        if quoted.refund_fen != shown_fen:
            raise RefundMoved(shown_fen=shown_fen, refund_fen=quoted.refund_fen)
        for line in before.values():
            vouchers.void(line=line, part_keys=parts[line.pk], at=at)
        orders.withdraw_parts(parts=parts, at=at)
        for line in Line.objects.filter(pk__in=parts):
            dues.waive(line=line, part_keys=parts[line.pk])
        key = f"cancel:{order.pk}:{codes.new_token()}"
        for line in before.values():
            _book_cancelled(order, line, quoted, key, at)
        audit.record(
            actor=actor,
            action="order.cancel",
            subject=order.subject,
            at=at,
            facts={"refund_fen": quoted.refund_fen, "reason": reason},
        )
        whole = {str(line_id): list(keys) for line_id, keys in parts.items()}
        return _send_back(order, quoted.refund_fen, key, reason, actor, at, whole)


def _lock_lines(order: Order, line_ids: Collection[int]) -> dict[int, Line]:
    """Lines before vouchers, as the gate locks them: who scans and who cancels never wait in a circle."""
    lines = Line.objects.filter(order=order, pk__in=line_ids).order_by("pk")
    return {line.pk: line for line in lines.select_for_update(no_key=True)}


def _book_cancelled(order: Order, line: Line, quoted: Quote, key: str, at: datetime) -> None:
    """The supplier's claim on cancelled parts becomes the buyer's again, less what is kept."""
    price = sum(row.price_fen for row in quoted.rows if row.line_id == line.pk)
    kept = quoted.kept_fen(line.pk)
    is_delivered = line.state == State.CONFIRMED
    owed_by = f"supplier:{line.supplier_id}" if is_delivered else f"buyer:{order.pk}"
    ledger.post(
        key=f"{key}:line:{line.pk}",
        subject=order.subject,
        memo="cancelled",
        postings=[
            (owed_by, price),
            (f"buyer:{order.pk}", kept - price),
            (f"revenue:{line.supplier_id}", -kept),
        ],
        region_id=order.region_id,
        currency=order.currency,
        at=at,
    )


def return_refused(*, line_id: int, at: datetime) -> None:
    """The supplier said no: what was not cancelled before goes back whole. Once for a line."""
    line = Line.objects.select_related("order").get(pk=line_id)
    order = Order.objects.select_for_update(no_key=True).get(pk=line.order_id)
    received = dues_of.received_of(line)
    amount_fen = sum(received.get(part.key, 0) for part in line.open_parts)
    dues.waive(line=line, part_keys=list(received))
    _send_back(order, amount_fen, f"refused:line:{line.pk}", Reason.SUPPLIER, "system", at, {})


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
    _send_back(order, made.back_fen, key, Reason.CHANGED, made.actor, at, {})


def return_deposit(*, attempt: Attempt, amount_fen: int, actor: str, at: datetime) -> None:
    """A deposit that had to be charged goes back, once. Runs in the caller's transaction."""
    order = Order.objects.get(attempts=attempt)
    _reserve(order, attempt, amount_fen, f"deposit:{attempt.pk}", Reason.DEPOSIT, actor, at, {})


def _send_back(
    order: Order,
    amount_fen: int,
    key: str,
    reason: str,
    actor: str,
    at: datetime,
    parts: Mapping[str, Any],
) -> list[Refund]:
    """Split a sum over the payments of the order and of what belongs to it, up to what each holds."""
    refunds: list[Refund] = []
    family = Q(order_id=order.root_id) | Q(order__parent_id=order.root_id)
    paid = Attempt.objects.filter(family, state=AttemptState.SUCCEEDED)
    attempts = paid.exclude(purpose=Purpose.DEPOSIT).order_by("pk")
    for attempt in attempts.select_for_update(no_key=True, of=("self",)):
        part = min(amount_fen, attempt.captured_fen - attempt.refunded_fen)
        if part > 0:
            made = _reserve(order, attempt, part, f"{key}:{attempt.pk}", reason, actor, at, parts)
            refunds += [made] if made else []
            amount_fen -= part
    return refunds


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


def _owed_to(order: Order, attempt: Attempt) -> str:
    kind = "deposit" if attempt.purpose == Purpose.DEPOSIT else "buyer"
    return f"{kind}:{order.pk}"


def send(*, refund_id: int, at: datetime) -> None:
    """Ask the provider to return a refund's money. Outside any transaction; the token makes it once.

    :raises ProviderDown: no answer; the outbox tries again.
    """
    refund = Refund.objects.select_related("attempt").get(pk=refund_id)
    if refund.state == RefundState.DONE:
        return
    outcome = providers.get(refund.attempt.provider).refund(
        refund.attempt.handle, token=refund.token, amount_fen=refund.amount_fen
    )
    if outcome is providers.Outcome.PENDING:
        raise providers.ProviderDown
    with transaction.atomic(durable=True):
        done = outcome is providers.Outcome.SUCCEEDED
        Refund.objects.filter(pk=refund.pk).exclude(state=RefundState.DONE).update(
            state=RefundState.DONE if done else RefundState.FAILED,
            done_at=at if done else None,
        )


def send_again(*, refund_id: int, at: datetime) -> None:
    """A person gives a stuck refund another try."""
    with transaction.atomic(durable=True):
        moved = Refund.objects.filter(pk=refund_id, state=RefundState.FAILED).update(
            state=RefundState.SENDING
        )
        if moved:
            outbox.record(
                name="bookings.refund.asked",
                key=f"refund:{refund_id}:again",
                facts={"refund_id": refund_id},
                at=at,
            )
