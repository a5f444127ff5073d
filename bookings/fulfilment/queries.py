"""Reads of what suppliers have answered, and by when they must."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from bookings.fulfilment.models import LineRefusal
from bookings.orders.models import Line, Order, State


def answer_by(line: Line, *, paid_at: datetime) -> datetime:
    """When a supplier who has said nothing has said no: a while after the payment or before the start."""
    within = timedelta(hours=settings.SUPPLIER_ANSWERS_WITHIN_HOURS)
    before = timedelta(minutes=settings.SUPPLIER_ANSWERS_BEFORE_MINUTES)
    return min(paid_at + within, line.starts_at - before)


def awaited(order: Order) -> Sequence[tuple[Line, datetime]]:
    """The lines of a paid order whose supplier must still say yes, and by when."""
    if order.paid_at is None:
        return ()
    waiting = [line for line in order.lines.all() if line.state == State.AWAITING_SUPPLIER]
    return [(line, answer_by(line, paid_at=order.paid_at)) for line in waiting]


def refusals_of(order: Order) -> Sequence[LineRefusal]:
    """What is not to be had of an order, and why."""
    found = LineRefusal.objects.filter(line__order=order).select_related("line")
    return list(found.order_by("line__position"))
