"""Reads of refunds."""

from collections.abc import Collection, Mapping

from django.db.models import Q, QuerySet

from bookings.balance import queries as balances
from bookings.orders.models import Order
from bookings.refunds.models import CancelledPart, Reason, Refund, RefundRequest


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


def by_operator(order_ids: Collection[int]) -> dict[int, list[Refund]]:
    """What went back because an operator could not let people come, or to their balance instead, by line.

    Each such refund is of one line. One statement.
    """
    rows = Refund.objects.filter(
        order__in=set(order_ids), reason__in=(Reason.OPERATOR, Reason.CREDITED)
    )
    found: dict[int, list[Refund]] = {}
    for refund in rows.order_by("pk"):
        for line_id in refund.parts:
            found.setdefault(int(line_id), []).append(refund)
    return found


def bonuses_of(refunds: Collection[Refund]) -> dict[int, int]:
    """What came on top of those that went to a balance, in fen, by refund. One statement or none."""
    credited = [refund for refund in refunds if refund.reason == Reason.CREDITED]
    return balances.bonuses_by_key({f"refund:{refund.pk}": refund.pk for refund in credited})
