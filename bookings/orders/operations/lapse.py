"""Holds that were not paid in time give their units back."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from bookings.orders.models import Hold, Line, Order, State
from bookings.orders.operations.withdraw import give_up_changes, give_up_money, release_lines
from kernel import metrics
from kernel.outbox import operations as outbox

_BATCH = 200

LAPSED = metrics.Counter("quanyu_lapsed_total", "Orders whose hold ran out unpaid.")


def lapse_due(*, at: datetime, bucket_ids: Collection[int] | None = None) -> int:
    """Lapse orders held until ``at`` or earlier; return how many orders lapsed.

    With ``bucket_ids`` only orders that hold units of one of these. Orders are locked in key order,
    those that somebody else holds (a payment being settled) are skipped; buckets come last. What was
    seen may be paid by the time it is locked: only what is held then lapses.
    """
    held = Line.objects.filter(order_id=OuterRef("pk"), state=State.HELD)
    if bucket_ids is not None:
        held = held.filter(
            Exists(Hold.objects.filter(line_id=OuterRef("pk"), bucket_id__in=bucket_ids))
        )
    with transaction.atomic(durable=True):
        seen = list(
            Order.objects.filter(Exists(held), due_at__lte=at)
            .order_by("pk")
            .select_for_update(skip_locked=True, no_key=True)[:_BATCH]
        )
        lines = list(Line.objects.filter(order__in=seen, state=State.HELD).order_by("pk"))
        still_held = {line.order_id for line in lines}
        orders = [order for order in seen if order.pk in still_held]
        release_lines(lines, state=State.LAPSED, at=at)
        give_up_money(orders, at)
        give_up_changes(orders)
        for order in orders:
            outbox.record(
                name="bookings.order.lapsed",
                key=f"lapsed:{order.pk}",
                facts={"order_id": order.pk},
                at=at,
            )
    LAPSED.add(by=len(orders))
    return len(orders)
