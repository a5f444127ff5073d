"""What belongs to a right is shown as it is now: a service that was cancelled is handed out to nobody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.holders.operations.transfer import entitlements
from bookings.orders.models import Line, Order, State
from bookings.vouchers import operations as vouchers


def show_extras(*, order_id: int, at: datetime) -> int:
    """Ask the sellers again what stands beside the rights of an order; how many say something else now."""
    with transaction.atomic():
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        rows = Line.objects.filter(order=order, state=State.CONFIRMED).order_by("pk")
        lines = list(
            rows.select_related("order__region").select_for_update(no_key=True, of=("self",))
        )
        return vouchers.show_extras(order_id=order.pk, entitlements=entitlements(lines, at), at=at)
