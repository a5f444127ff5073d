"""Reads of sums due later, and how much of each part has been received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from bookings.dues.models import LaterDue, State
from bookings.orders.models import Line, Order
from bookings.orders.models import State as Standing

_NOT_OVER = (Standing.PAID, Standing.AWAITING_SUPPLIER, Standing.CONFIRMED)


def open_of(order: Order) -> QuerySet[LaterDue]:
    """What an order still owes and can be paid, the earliest first."""
    found = LaterDue.objects.filter(order=order, state=State.OPEN).select_related("line")
    return found.order_by("due_at", "pk")


def overdue(*, at: datetime) -> QuerySet[LaterDue]:
    """Rests that were to be there before use and are not, of lines that are not over; the oldest first."""
    late = LaterDue.objects.filter(state=State.OPEN, is_before_use=True, due_at__lte=at)
    return late.filter(line__state__in=_NOT_OVER).order_by("due_at", "pk")


def unpaid_before_use(line_ids: Collection[int]) -> set[int]:
    """Of these lines those whose rest must be there before use and is not."""
    unpaid = LaterDue.objects.filter(line__in=line_ids, state=State.OPEN, is_before_use=True)
    return set(unpaid.values_list("line_id", flat=True))


def metered_beyond(line: Line, part_keys: Collection[str]) -> int:
    """By how many fen what use has cost goes beyond the price, for these parts; below zero: falls short."""
    metered = [
        due.shares
        for due in LaterDue.objects.filter(line=line)
        if line.frozen_dues[due.position].amount_fen is None and due.amount_fen is not None
    ]
    now, price = line.shares_now, line.prices
    return sum(
        shares[key] - (price[key] - now[key])
        for shares in metered
        for key in part_keys
        if key in shares
    )


def received_of(line: Line) -> dict[str, int]:
    """Fen received for each part of a paid line: its share of every sum that has come in."""
    received = Counter(line.shares_now)
    for due in LaterDue.objects.filter(line=line, state=State.PAID):
        received.update(due.shares)
    return dict(received)
