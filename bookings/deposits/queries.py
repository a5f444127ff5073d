"""Reads of deposits."""

from bookings.deposits.models import Deposit
from bookings.orders.models import Order


def find(order: Order) -> Deposit | None:
    """The deposit of an order, if it has one."""
    return Deposit.objects.filter(order=order).select_related("attempt").first()
