"""Reads of refunds."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from bookings.orders.models import Order
from bookings.refunds.models import CancelledPart, Refund, RefundRequest


def of_order(order: Order) -> QuerySet[Refund]:
    """An order's refunds, oldest first."""
    return Refund.objects.filter(order=order).order_by("pk")


def of_journey(order: Order) -> QuerySet[Refund]:
    """The refunds of an order and of all that belongs to the same journey, oldest first."""
    together = Q(order=order.root_id) | Q(order__parent=order.root_id)
    return Refund.objects.filter(together).select_related("order", "attempt").order_by("pk")


def given_for(order: Order) -> Mapping[tuple[int, str], int]:
    """Fen that came back for each cancelled part of an order, by line id and part key."""
    rows = CancelledPart.objects.filter(line__order=order)
    return {(row.line_id, row.part_key): row.refund_fen for row in rows}


def requests_of(order: Order) -> QuerySet[RefundRequest]:
    """What was asked for beyond the terms, oldest first."""
    return RefundRequest.objects.filter(order=order).order_by("pk")
