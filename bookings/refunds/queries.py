"""Reads of refunds."""

from django.db.models import QuerySet

from bookings.orders.models import Order
from bookings.refunds.models import Refund, RefundRequest


def of_order(order: Order) -> QuerySet[Refund]:
    """An order's refunds, oldest first."""
    return Refund.objects.filter(order=order).order_by("pk")


def requests_of(order: Order) -> QuerySet[RefundRequest]:
    """What was asked for beyond the terms, oldest first."""
    return RefundRequest.objects.filter(order=order).order_by("pk")
