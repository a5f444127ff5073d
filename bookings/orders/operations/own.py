"""Nobody decides about money of their own, at whatever desk they work."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Order
from kernel.errors import Refusal


class OwnMoney(Refusal):
    """Who would decide gains by it."""

    code = "own_money"
    message = _("This is money of your own: somebody else must decide about it.")


def is_own(order: Order, actor: str) -> bool:
    """Whether money of an order is this person's: they have placed it, or paid a share of it."""
    return actor == order.actor or order.attempts.filter(purpose="SHARE", payer=actor).exists()


def refuse_own(order: Order, actor: str) -> None:
    """:raises OwnMoney: it is theirs."""
    if is_own(order, actor):
        raise OwnMoney
