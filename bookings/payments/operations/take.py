"""What was set aside is taken or released; what nobody is to pay any more is closed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import OPEN, Attempt, AttemptState, Purpose
from bookings.payments.operations.ask import ask
from bookings.payments.operations.merge import merge
from bookings.payments.providers import Outcome, Payment, ProviderDown
from kernel.errors import Refusal


class NotSetAside(Refusal):
    """There is nothing set aside, or less than is asked for."""

    code = "not_set_aside"
    message = _("So much is not set aside in this payment.")


def take(*, attempt: Attempt, amount_fen: int, at: datetime) -> None:
    """Take a part of what was set aside, once; the provider releases the rest.

    :raises NotSetAside: more than was set aside, or it is over. :raises ProviderDown: no answer; asking
        again is safe.
    """
    chosen = providers.get(attempt.provider)
    if attempt.state != AttemptState.AUTHORISED or not 0 < amount_fen <= attempt.authorised_fen:
        raise NotSetAside
    if amount_fen < attempt.authorised_fen and not chosen.capabilities.capture_less:
        raise NotSetAside
    if chosen.capture(attempt.handle, amount_fen=amount_fen) is Outcome.PENDING:
        raise ProviderDown
    ask(attempt=attempt, at=at)


def release(*, attempt: Attempt, at: datetime) -> None:
    """Give what was set aside, or a page nobody has paid on, up.

    :raises ProviderDown: no answer; asking again is safe.
    """
    chosen = providers.get(attempt.provider)
    if chosen.void(attempt.handle) is not Outcome.SUCCEEDED:
        return ask(attempt=attempt, at=at)
    with transaction.atomic(durable=True):
        merge(attempt_id=attempt.pk, payment=_over(attempt, chosen.capabilities.is_live), at=at)
    return None


def close_order(*, order_id: int, at: datetime) -> None:
    """Close what could still be paid for an order that is paid or given up: no money comes late.

    Of one that is given up, the deposit is released, too. A provider that is down stops no other.

    :raises ProviderDown: no answer of at least one; asking again is safe.
    """
    states = [*OPEN]
    if not Order.objects.filter(pk=order_id, paid_at__isnull=False).exists():
        states.append(AttemptState.AUTHORISED)
    attempts = Attempt.objects.filter(order_id=order_id, state__in=states).exclude(provider_ref="")
    silent: ProviderDown | None = None
    for attempt in attempts.exclude(purpose=Purpose.CHANGE).order_by("pk"):
        try:
            release(attempt=attempt, at=at)
        except ProviderDown as down:
            silent = down
    if silent is not None:
        raise silent


def _over(attempt: Attempt, is_live: bool) -> Payment:
    return Payment(
        provider_ref=attempt.provider_ref,
        token=attempt.token,
        outcome=Outcome.FAILED,
        amount_fen=attempt.amount_fen,
        currency=attempt.currency,
        is_live=is_live,
    )
