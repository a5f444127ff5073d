"""What a person has looked into at the provider, and is done with."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.contracts import How
from bookings.payments.models import OPEN, Attempt, AttemptState, EventState, ProviderEvent
from kernel.audit import operations as audit


def close_by_hand(*, attempt_id: int, actor: str, at: datetime) -> bool:
    """End an open attempt that is in trouble; False where it is not (any more).

    What the provider tells of it later still counts, if it fits.
    """
    with transaction.atomic(durable=True):
        attempt = Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id)
        if attempt.state not in OPEN or not attempt.trouble:
            return False
        is_released = attempt.how == How.AUTHORISE
        Attempt.objects.filter(pk=attempt.pk).update(
            state=AttemptState.RELEASED if is_released else AttemptState.FAILED,
            trouble="",
            ended_at=at,
        )
        _record("payment.close", f"attempt:{attempt.pk}", actor, at, trouble=attempt.trouble)
    return True


def pass_over(*, event_id: int, actor: str, at: datetime) -> bool:
    """Be done with a notice of a payment that we do not know; False where it is none."""
    with transaction.atomic(durable=True):
        unknown = ProviderEvent.objects.filter(pk=event_id, state=EventState.REJECTED)
        if not unknown.update(state=EventState.IGNORED):
            return False
        _record("payment.pass_over", f"provider-event:{event_id}", actor, at)
    return True


def _record(action: str, subject: str, actor: str, at: datetime, **facts: str) -> None:
    audit.record(actor=actor, action=action, subject=subject, at=at, facts=facts)
