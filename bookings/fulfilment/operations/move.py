"""A supplier moves what it has sold to another time: lines and codes follow, and nobody is held to it.

Who has bought it may cancel it for its whole price until it begins, or change it at no loss; unless it is
but a little late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.orders import frozen
from bookings.orders import queries as orders
from bookings.orders.models import Line, Order
from bookings.vouchers import operations as vouchers


@dataclass(frozen=True, slots=True)
class NewTime:
    """When it takes place now, from when until when its codes let in, and what the seller keeps of it.

    ``facts`` take the place of those that the seller froze under the same names. ``is_free``: whoever has
    bought it may cancel it for its whole price until it begins; a small delay leaves the terms alone.
    """

    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_free: bool = True


def move_lines(*, kind: str, ref: str, to: NewTime, at: datetime) -> list[int]:
    """Bring all that still stands of a seller's reference to its new time; the ids of what moved.

    One transaction an order. What is at that time already is left alone: it may be called again at any
    time, and finds what was being placed meanwhile.
    """
    stale = orders.sold(kind, ref).exclude(starts_at=to.starts_at, ends_at=to.ends_at)
    by_order: dict[int, list[int]] = defaultdict(list)
    for order_id, line_id in stale.order_by("order_id", "pk").values_list("order_id", "pk"):
        by_order[order_id].append(line_id)
    return [
        line_id
        for order_id, line_ids in by_order.items()
        for line_id in _move_of_order(order_id, line_ids, to, at)
    ]


@transaction.atomic
def _move_of_order(order_id: int, line_ids: list[int], to: NewTime, at: datetime) -> list[int]:
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    lines = Line.objects.select_for_update(no_key=True).filter(
        pk__in=line_ids, state__in=orders.TO_COME
    )
    moved = list(lines.exclude(starts_at=to.starts_at, ends_at=to.ends_at).order_by("pk"))
    for line in moved:
        line.moved_from, line.moved_at = line.starts_at, at
        line.starts_at, line.ends_at = to.starts_at, to.ends_at
        line.terms = frozen.free_until_start(line.terms) if to.is_free else line.terms
        line.facts = {**line.facts, **to.facts}
        line.save(
            update_fields=["moved_from", "moved_at", "starts_at", "ends_at", "terms", "facts"]
        )
        vouchers.move(line=line, opens_at=to.opens_at, closes_at=to.closes_at, at=at)
    return [line.pk for line in moved]
