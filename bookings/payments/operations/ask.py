"""Ask a provider how payments stand whose notice has not come."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import OPEN, Attempt, Purpose
from bookings.payments.operations.hear import fits
from bookings.payments.operations.merge import merge
from bookings.payments.providers import ProviderDown

ASK_AFTER = timedelta(seconds=15)
ASK_FOR = timedelta(hours=24)


def ask(*, attempt: Attempt, at: datetime) -> None:
    """Ask the provider how an attempt stands, and merge what it says; nothing is begun by asking.

    :raises ProviderDown: no answer; asked again later.
    """
    chosen = providers.get(attempt.provider)
    Attempt.objects.filter(pk=attempt.pk).update(asked_at=at)
    payment = chosen.fetch(attempt.handle)
    if fits(chosen, attempt, payment):
        with transaction.atomic(durable=True):
            merge(attempt_id=attempt.pk, payment=payment, at=at)


def ask_about(
    *, order: Order | None, at: datetime, purpose: Purpose | None = None, purpose_id: int = 0
) -> None:
    """Ask about the open attempts of an order, or of one purpose of it; who is down is passed over."""
    waiting = Attempt.objects.filter(order=order, state__in=OPEN)
    if purpose is not None:
        waiting = waiting.filter(purpose=purpose, purpose_id=purpose_id)
    for attempt in waiting:
        try:
            ask(attempt=attempt, at=at)
        except ProviderDown:
            continue


def ask_open(*, at: datetime) -> int:
    """Ask about every open attempt not asked for ASK_AFTER; return how many answered."""
    unasked = Q(asked_at__isnull=True) | Q(asked_at__lte=at - ASK_AFTER)
    waiting = Attempt.objects.filter(
        unasked,
        state__in=OPEN,
        created_at__lte=at - ASK_AFTER,
        created_at__gte=at - ASK_FOR,
    ).select_related("order")
    answered = 0
    for attempt in waiting.order_by("created_at")[:200]:
        try:
            ask(attempt=attempt, at=at)
        except ProviderDown:
            continue
        answered += 1
    return answered
