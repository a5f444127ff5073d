"""What was set aside is taken or released; what nobody is to pay any more is closed."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import OPEN, Attempt, AttemptState
from bookings.payments.operations.ask import ask, release
from bookings.payments.providers import Outcome, ProviderDown
from kernel.errors import Refusal


class NotSetAside(Refusal):
    """There is nothing set aside, or less than is asked for."""

    code = "not_set_aside"
    message = _("So much is not set aside in this payment.")


def take(*, attempt: Attempt, amount_fen: int, at: datetime) -> None:
    """Take a part of what was set aside, once; the provider releases the rest.

    :raises NotSetAside: more than was set aside, or it is over. :raises ProviderDown: no answer, or what
        it took is not in what it says of the payment yet; asking again is safe.
    """
    chosen = providers.get(attempt.provider)
    if attempt.state != AttemptState.AUTHORISED or not 0 < amount_fen <= attempt.authorised_fen:
        raise NotSetAside
    if amount_fen < attempt.authorised_fen and not chosen.capabilities.capture_less:
        raise NotSetAside
    said = chosen.capture(attempt.handle, amount_fen=amount_fen)
    if said is Outcome.PENDING:
        raise ProviderDown
    ask(attempt=attempt, at=at)
    held = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.AUTHORISED)
    if said is Outcome.SUCCEEDED and held.exists():
        raise ProviderDown


def close_order(*, order_id: int, at: datetime) -> None:
    """Close what could still be paid for an order that is paid or given up: no money comes late.

    Of one that is given up, the deposit is released, too. A provider that is down stops no other.

    :raises ProviderDown: no answer of at least one; asking again is safe.
    """
    states = [*OPEN]
    if not Order.objects.filter(pk=order_id, paid_at__isnull=False).exists():
        states.append(AttemptState.AUTHORISED)
    silent: ProviderDown | None = None
    for attempt in Attempt.objects.filter(order_id=order_id, state__in=states).order_by("pk"):
        try:
            release(attempt=attempt, at=at)
        except ProviderDown as down:
            silent = down
    if silent is not None:
        raise silent
