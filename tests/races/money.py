"""Money in the words of races: what a provider has told, counted as the outbox would, and summed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.refunds.models import Refund
from kernel import codes, invariants
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event


def received(
    order: Order | None,
    fen: int,
    at: datetime,
    *,
    purpose: Purpose = Purpose.ORDER,
    purpose_id: int = 0,
) -> Attempt:
    """A payment that a provider says it has, and nobody has counted yet."""
    token = codes.new_token()
    return Attempt.objects.create(
        order=order, purpose=purpose, purpose_id=purpose_id, provider="sandbox", token=token,
        provider_ref=token, amount_fen=fen, currency="CNY", state=AttemptState.SUCCEEDED,
        captured_fen=fen, created_at=at, ended_at=at,
    )  # fmt: skip


def facts_of(attempt: Attempt) -> dict[str, Any]:
    """What the outbox tells of it."""
    return {
        "attempt_id": attempt.pk,
        "order_id": attempt.order_id,
        "purpose": attempt.purpose,
        "purpose_id": attempt.purpose_id,
        "amount_fen": attempt.captured_fen,
        "currency": attempt.currency,
        "provider": attempt.provider,
    }


def settle(attempt: Attempt, at: datetime) -> str:
    """Count it towards its order; why not, or empty."""
    with transaction.atomic():
        return orders.settle(facts=facts_of(attempt), at=at)


def due_back() -> int:
    """The fen of money that pays nothing."""
    found = Event.objects.filter(name="bookings.orders.money-returned-due")
    return sum(event.facts["amount_fen"] for event in found)


def returned() -> int:
    """The fen that are on their way back or have gone."""
    return sum(Refund.objects.values_list("amount_fen", flat=True))


def broken(at: datetime) -> set[str]:
    """The rules about money and places that do not hold once all news was heard."""
    outbox.drain(at=at)
    return {found.rule for found in invariants.check_all(at=at + timedelta(hours=1))}
