"""Points that orders hold: their books follow what is taken, and what comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, Sum

from bookings.contracts import Part
from bookings.orders.models import Hold, Line
from bookings.orders.operations.drafts import Draft
from bookings.points import operations as points
from bookings.points.queries import is_points


def points_in(parts: Iterable[Part]) -> Counter[int]:
    """How many points these parts hold, by the Bucket that they are of."""
    held: Counter[int] = Counter()
    for part in parts:
        buckets = {each.budget_id for each in part.discounts if is_points(each.code)}
        for demand in part.demands:
            if demand.bucket_id in buckets:
                held[demand.bucket_id] += demand.units
    return held


def spend(drafts: Sequence[Draft], at: datetime) -> None:
    """Book the points of orders that are being placed."""
    held = [
        points.Held(draft.order_id, bucket_id, units)
        for draft in drafts
        if draft.order_id is not None
        for bucket_id, units in points_in(p for o in draft.offers for p in o.parts).items()
    ]
    points.spend(held, at=at)


def follow(lines: Sequence[Line], at: datetime) -> None:
    """What the orders of these lines hold of points has changed. The caller has the orders locked."""
    touched = {
        (line.order_id, bucket_id) for line in lines for bucket_id in points_in(line.frozen_parts)
    }
    if not touched:
        return
    holds = Hold.objects.filter(
        line__order__in={order for order, _bucket in touched},
        bucket_id__in={bucket for _order, bucket in touched},
    )
    units = holds.values_list("line__order_id", "bucket_id").annotate(
        n=Sum(F("units") - F("released"))
    )
    now = {(order, bucket): n for order, bucket, n in units}
    points.follow([points.Held(*each, now.get(each, 0)) for each in sorted(touched)], at=at)
