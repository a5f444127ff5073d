"""What is not paid by its date is cancelled: by the frozen terms, as if the buyer had cancelled then."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from bookings.dues import queries as dues_of
from bookings.dues.models import LaterDue
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.refunds.models import Reason
from bookings.refunds.operations.cancelling import cancel_as_of

WAIT_FOR_AN_ANSWER = timedelta(days=1)
"""So long a payment service may be silent about a page that is open before its money counts as not there."""


def end_overdue(*, at: datetime) -> int:
    """Cancel the open parts of every line whose rest is not there in time; how many rests were late.

    Outside any transaction: the provider is asked first about a page that is still open. Its answer, and
    money that it has for the rest, are waited for.
    """
    late = list(dues_of.overdue(at=at).select_related("order")[:200])
    for due in late:
        is_known = payments.ask_about(
            order=due.order, at=at, purpose=Purpose.REST, purpose_id=due.pk
        )
        if not is_known and due.due_at is not None and at < due.due_at + WAIT_FOR_AN_ANSWER:
            continue
        with transaction.atomic(durable=True):
            _end(due, at)
    return len(late)


def _end(due: LaterDue, at: datetime) -> None:
    order = Order.objects.select_for_update(no_key=True).get(pk=due.order_id)
    is_late = dues_of.overdue(at=at).filter(pk=due.pk).exists()
    if not is_late or due.due_at is None or _is_paid(due):
        return
    line = Line.objects.select_for_update(no_key=True).get(pk=due.line_id)
    parts = {line.pk: [part.key for part in line.open_parts]}
    cancel_as_of(
        order=order, parts=parts, moment=due.due_at, reason=Reason.NOT_IN_FULL, at=at
    )  # fmt: skip


def _is_paid(due: LaterDue) -> bool:
    """Whether its money has come and is only to be counted."""
    paid = Attempt.objects.filter(order=due.order_id, purpose=Purpose.REST, purpose_id=due.pk)
    return paid.filter(state=AttemptState.SUCCEEDED, refunded_fen=0).exists()
