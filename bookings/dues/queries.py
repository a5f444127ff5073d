"""Reads of sums due later, and how much of each part has been received."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet

from bookings.dues.models import LaterDue, State
from bookings.orders.models import Line, Order


def open_of(order: Order) -> QuerySet[LaterDue]:
    """What an order still owes and can be paid, the earliest first."""
    found = LaterDue.objects.filter(order=order, state=State.OPEN).select_related("line")
    return found.order_by("due_at", "pk")


def received_of(line: Line) -> dict[str, int]:
    """Fen received for each part of a paid line: its share of every sum that has come in."""
    received = Counter(line.shares_now)
    for due in LaterDue.objects.filter(line=line, state=State.PAID):
        received.update(due.shares)
    return dict(received)
