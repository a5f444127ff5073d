"""Reads of payments."""

from bookings.orders.models import Order
from bookings.payments.models import OPEN, Attempt


def open_attempt(order: Order, attempt_id: int) -> Attempt | None:
    """An attempt of this order that can still be paid."""
    return order.attempts.filter(pk=attempt_id, state__in=OPEN).first()
