"""Money that left without us: returned in the provider's own back office, or disputed at a bank."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, Sum

from bookings.ledger import operations as ledger
from bookings.orders.models import Flag, Order
from bookings.payments.models import Attempt
from bookings.payments.operations.outside import count_outside
from bookings.refunds.models import Reason, Refund, RefundState
from bookings.refunds.operations.rest import held_by, set_off_waiting
from kernel import codes


def note_outside(*, attempt_id: int, at: datetime) -> None:
    """Count what a provider returned without us as returned, so that it cannot go back twice.

    Nobody has cancelled anything: the order is flagged for a person. Runs in the outbox's transaction.
    """
    attempt = Attempt.objects.select_related("order").get(pk=attempt_id)
    if attempt.order is None:
        return
    if beyond := count_outside(attempt_id):
        _book_outside(attempt, attempt.order, beyond, at)
    _note_transferred(attempt, at)


def _book_outside(attempt: Attempt, order: Order, beyond: int, at: datetime) -> None:
    refund = Refund.objects.create(
        order=order,
        attempt=attempt,
        key=f"outside:{attempt.pk}:{attempt.told_refunded_fen}",
        token=codes.new_token(),
        amount_fen=beyond,
        reason=Reason.OUTSIDE,
        state=RefundState.DONE,
        actor="system",
        created_at=at,
        done_at=at,
    )
    ledger.post(
        key=f"refund:{refund.pk}",
        subject=order.subject,
        memo="returned by the provider",
        postings=[
            (f"outside:{order.region_id}", beyond),
            (f"provider:{attempt.provider}", -beyond),
        ],
        region_id=order.region_id,
        currency=attempt.currency,
        at=at,
    )
    set_off_waiting(order, at)
    _flag(order)


def _note_transferred(attempt: Attempt, at: datetime) -> None:
    """More went back than we have sent, though no more than we owed: a person had transferred some."""
    sent = Q(paid_out_ref="") | Q(twice_at__isnull=False)
    ours = attempt.refunds.filter(sent).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    more = min(attempt.told_refunded_fen, attempt.captured_fen) - ours
    for refund in attempt.refunds.exclude(sent).order_by("pk"):
        if refund.amount_fen <= more:
            note_twice(refund, at)
            more -= refund.amount_fen


def note_dispute(*, attempt_id: int, at: datetime) -> None:
    """A bank disputes a payment, or has decided: the order is flagged unless it was for us."""
    attempt = Attempt.objects.select_related("order").get(pk=attempt_id)
    if attempt.order is not None:
        set_off_waiting(attempt.order, at)
        _flag(attempt.order)


def note_twice(refund: Refund, at: datetime) -> None:
    """What a person has transferred, or went by another number, the provider has returned as well, once.

    The order is flagged for a person. In the books the buyer has money that left without us; where
    both went by the provider, ``note_outside`` counts it. Runs in the outbox's transaction.
    """
    known = Refund.objects.filter(pk=refund.pk, twice_at=None)
    if not known.update(twice_at=at):
        return
    if refund.paid_out_ref:
        ledger.post(
            key=f"twice:{refund.pk}",
            subject=f"refund:{refund.pk}",
            memo="returned by the provider as well",
            postings=[
                (f"outside:{refund.order.region_id}", refund.amount_fen),
                (held_by(refund), -refund.amount_fen),
            ],
            region_id=refund.order.region_id,
            currency=refund.order.currency,
            at=at,
        )
    _flag(refund.order)


def _flag(order: Order) -> None:
    """From what is known, so that the order in which it came cannot matter."""
    flag = Flag.NONE
    if Attempt.objects.filter(order=order, dispute__in=("OPEN", "LOST")).exists():
        flag = Flag.DISPUTED
    elif Refund.objects.filter(
        Q(reason=Reason.OUTSIDE) | Q(twice_at__isnull=False), order=order
    ).exists():
        flag = Flag.RETURNED
    Order.objects.filter(pk=order.pk).update(flag=flag)
