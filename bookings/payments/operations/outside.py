"""What providers returned without us is counted as returned, once."""

from __future__ import annotations

from django.db.models import F

from bookings.payments.models import Attempt


def count_outside(attempt_id: int) -> int:
    """Count what a provider returned without us; the fen of it that were not counted before.

    Runs in the caller's transaction and locks the payment.
    """
    attempt = Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id)
    beyond = min(attempt.told_refunded_fen, attempt.captured_fen) - attempt.refunded_fen
    if beyond <= 0:
        return 0
    Attempt.objects.filter(pk=attempt.pk).update(refunded_fen=F("refunded_fen") + beyond)
    return beyond
