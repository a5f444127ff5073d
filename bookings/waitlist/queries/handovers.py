"""What is handed on: of an order, in a region, and what is over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet

from bookings.orders.models import Order
from bookings.waitlist.models import Decision, Handover, Outcome
from bookings.waitlist.queries.lines import awaited_by_somebody

_REFUSED_FOR = timedelta(days=1)

_IS_GONE = "(l.state <> 'CONFIRMED' OR l.used_parts ? h.part_key OR l.cancelled_parts ? h.part_key)"

_TAKEABLE = f"""
    SELECT h.* FROM bookings_waitlist_handover AS h
    JOIN bookings_orders_line AS l ON l.id = h.line_id
    JOIN bookings_orders_order AS o ON o.id = l.order_id
    WHERE h.region_id = %s AND h.state = 'OPEN' AND l.starts_at > %s AND NOT {_IS_GONE}
      AND NOT EXISTS (
        SELECT FROM bookings_orders_order AS one
        WHERE one.flag <> '' AND coalesce(o.parent_id, o.id) IN (one.id, one.parent_id)
      )
    ORDER BY h.id LIMIT %s
"""  # noqa: S608 - a constant

_OVER = f"""
    SELECT h.* FROM bookings_waitlist_handover AS h
    JOIN bookings_orders_line AS l ON l.id = h.line_id
    WHERE h.state = 'OPEN' AND (l.starts_at <= %s OR {_IS_GONE}) ORDER BY h.id LIMIT %s
"""  # noqa: S608 - a constant


def handovers_of(order: Order) -> QuerySet[Handover]:
    """Everything of an order that was ever handed on, the latest first."""
    rows = Handover.objects.filter(line__order=order).select_related("line__order")
    return rows.order_by("-pk")


def takeable(region_id: int, *, at: datetime, most: int) -> list[Handover]:
    """What may be taken for somebody who waits in a line of it, oldest first.

    Left out: what has begun or is gone, and journeys at whose money a person must look first.
    """
    found = list(Handover.objects.raw(_TAKEABLE, [region_id, at, most]))
    awaited = awaited_by_somebody({bucket for one in found for bucket in one.holds})
    return [one for one in found if not awaited.isdisjoint(one.holds)]


def handovers_over(*, at: datetime, most: int) -> list[Handover]:
    """What is offered and cannot be taken any more: begun, used, cancelled or changed."""
    return list(Handover.objects.raw(_OVER, [at, most]))


def refused_wishes(bucket_ids: Collection[int], *, at: datetime) -> frozenset[int]:
    """Wishes that got nothing of these buckets for another reason than room, within a day.

    Nothing is taken from anybody for those: they may be refused again.
    """
    rows = Decision.objects.filter(
        bucket_id__in=bucket_ids, at__gt=at - _REFUSED_FOR, outcome=Outcome.PASSED
    ).exclude(reason="no_room")
    return frozenset(wish for wish in rows.values_list("wish_id", flat=True) if wish is not None)
