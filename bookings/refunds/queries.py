"""Reads of refunds."""

from django.db.models import QuerySet

from bookings.orders.models import Order
from bookings.refunds.models import Refund


def of_order(order: Order) -> QuerySet[Refund]:
    """An order's refunds, oldest first."""
    return Refund.objects.filter(order=order).order_by("pk")
