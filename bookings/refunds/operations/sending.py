"""Refunds are sent to the provider, and again where a person says so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.payments import providers
from bookings.refunds.models import Refund, RefundState
from kernel.outbox import operations as outbox


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
