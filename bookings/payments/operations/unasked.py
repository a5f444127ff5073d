"""Charge what a buyer has agreed to before, while they are away."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import AttemptState
from bookings.payments.operations.charge import Buyer
from bookings.payments.operations.pay import NotPayable, pay_by
from bookings.payments.providers.own import OwnWay
from kernel.errors import Refusal


def ways_unasked(*, payer: str, currency: str) -> list[tuple[str, str]]:
    """The ways (name, title) that can charge this payer without asking; one that has nothing is left out."""
    able = [each for each in providers.list_all() if each.capabilities.without_buyer]
    return [
        (each.name, each.title)
        for each in able
        if currency in each.capabilities.currencies
        and each.is_offered(payer=payer, amount_fen=1, currency=currency)
    ]


def charge_unasked(*, order: Order, provider: str, at: datetime) -> str:
    """Charge what an order asks for now; why it could not be, in the active language, or nothing.

    Repeating it charges nothing twice. Where it cannot be had, the order waits for a payment as before.
    """
    chosen = providers.get(provider)
    if not chosen.capabilities.without_buyer:
        raise ValueError(f"{provider} does not charge without its buyer")
    try:
        attempt = pay_by(order=order, provider=provider, at=at, buyer=Buyer(""))
    except NotPayable:
        return _why_not(chosen, order)
    except Refusal as refusal:
        return refusal.reason
    return _why_not(chosen, order) if attempt.state == AttemptState.FAILED else ""


def _why_not(chosen: providers.Provider, order: Order) -> str:
    said = ""
    if isinstance(chosen, OwnWay):
        said = chosen.why_not(payer=order.actor, currency=order.currency)
    return said or _("“%(way)s” could not be charged.") % {"way": chosen.title}
