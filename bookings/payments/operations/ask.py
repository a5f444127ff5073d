"""Ask a provider how payments stand whose notice has not come; close what nobody is to pay any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import OPEN, Attempt, Purpose, Trouble
from bookings.payments.operations.hear import Unfit, fits, note_refused
from bookings.payments.operations.merge import merge
from bookings.payments.providers import Outcome, Payment, Provider, ProviderDown

ASK_AFTER = timedelta(seconds=15)
_ASKS_A_LIFE = 100
"""The older a payment is, the rarer it is asked about: again after this part of its age."""

_GRACE = timedelta(minutes=5)
"""So long after its time a page may be in the middle of being paid."""

_PATIENCE = timedelta(hours=24)
_OLD_LIFE = timedelta(hours=24)
"""How long attempts are good for that do not say so."""


def ask(*, attempt: Attempt, at: datetime) -> None:
    """Ask the provider how an attempt stands, and merge what it says; nothing is begun by asking.

    What does not fit is in trouble.

    :raises ProviderDown: no answer; asked again later.
    """
    chosen = providers.get(attempt.provider)
    Attempt.objects.filter(pk=attempt.pk).update(asked_at=at)
    payment = chosen.fetch(attempt.handle)
    if payment.outcome is Outcome.FAILED and _may_be_moving(attempt, chosen, at):
        return None
    if not fits(chosen, attempt, payment):
        return _note_unfit(attempt)
    with transaction.atomic(durable=True):
        merge(attempt_id=attempt.pk, payment=payment, at=at)
    return None


def _note_unfit(attempt: Attempt) -> None:
    """Money of another sum may be there: nothing is booked, and a person looks."""
    is_new = (
        Attempt.objects.filter(pk=attempt.pk, state__in=OPEN)
        .exclude(trouble=Trouble.UNFIT)
        .update(trouble=Trouble.UNFIT)
    )
    if is_new:
        note_refused(attempt.provider, Unfit.code)


def release(*, attempt: Attempt, at: datetime) -> None:
    """Give what was set aside, or a page nobody has paid on, up.

    :raises ProviderDown: no answer; asking again is safe.
    """
    chosen = providers.get(attempt.provider)
    if _may_be_moving(attempt, chosen, at) or not _is_closed(attempt, chosen):
        return ask(attempt=attempt, at=at)
    with transaction.atomic(durable=True):
        merge(attempt_id=attempt.pk, payment=_over(attempt, chosen), at=at)
    return None


def _may_be_moving(attempt: Attempt, provider: Provider, at: datetime) -> bool:
    """Whether the request that takes the money itself (a way to pay of our own) may still run."""
    return provider.capabilities.is_internal and at < attempt.created_at + ASK_AFTER


def _is_closed(attempt: Attempt, provider: Provider) -> bool:
    """Close it at the provider. Without its reference nobody was sent there: there is nothing to pay."""
    if not attempt.provider_ref and not provider.capabilities.is_internal:
        return True
    return provider.void(attempt.handle) is Outcome.SUCCEEDED


def _over(attempt: Attempt, provider: Provider) -> Payment:
    return Payment(
        provider_ref=attempt.provider_ref,
        token=attempt.token,
        outcome=Outcome.FAILED,
        amount_fen=attempt.amount_fen,
        currency=attempt.currency,
        is_live=provider.capabilities.is_live,
    )


def ask_about(
    *, order: Order | None, at: datetime, purpose: Purpose | None = None, purpose_id: int = 0
) -> bool:
    """Ask about the open attempts of an order, or of one purpose of it; whether all have answered.

    Who is down, or switched off, is passed over.
    """
    has_answered = True
    waiting = Attempt.objects.filter(order=order, state__in=OPEN)
    if purpose is not None:
        waiting = waiting.filter(purpose=purpose, purpose_id=purpose_id)
    for attempt in waiting:
        try:
            ask(attempt=attempt, at=at)
        except (ProviderDown, providers.UnknownProvider):
            has_answered = False
    return has_answered


def ask_open(*, at: datetime) -> int:
    """Ask about open attempts until each has ended, and close those whose time is over.

    Return how many answered. Who is down is passed over; what is not ended a day after its time is
    in trouble.
    """
    answered = 0
    for attempt in _waiting(at).select_related("order").order_by("created_at")[:200]:
        try:
            _ask_or_close(attempt, at)
        except ProviderDown:
            continue
        answered += 1
    over = Coalesce("closes_at", F("created_at") + _OLD_LIFE)
    unknown = Attempt.objects.filter(state__in=OPEN, trouble="").alias(over=over)
    unknown.filter(over__lte=at - _PATIENCE).update(trouble=Trouble.UNANSWERED)
    return answered


def _waiting(at: datetime) -> QuerySet[Attempt]:
    """Whose turn it is: not asked for ASK_AFTER, or for longer the older they are."""
    since = ExpressionWrapper((Value(at) - F("asked_at")) * _ASKS_A_LIFE, DurationField())
    age = ExpressionWrapper(Value(at) - F("created_at"), DurationField())
    is_due = Q(asked_at__lte=at - ASK_AFTER) & Q(since__gte=F("age"))
    return Attempt.objects.annotate(since=since, age=age).filter(
        Q(asked_at__isnull=True) | is_due,
        provider__in=[provider.name for provider in providers.list_all()],
        state__in=OPEN,
        created_at__lte=at - ASK_AFTER,
    )


def _ask_or_close(attempt: Attempt, at: datetime) -> None:
    closes_at = attempt.closes_at or attempt.created_at + _OLD_LIFE
    if at < closes_at + _GRACE:
        return ask(attempt=attempt, at=at)
    Attempt.objects.filter(pk=attempt.pk).update(asked_at=at)
    return release(attempt=attempt, at=at)
