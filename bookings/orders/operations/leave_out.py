"""Take parts out of an order that is not paid yet; what is left may be paid by that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import F

from bookings import registry
from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.orders import frozen
from bookings.orders.models import Hold, Line, Order, State
from bookings.orders.operations.settle import settle_rest
from bookings.orders.operations.withdraw import pass_on


def leave_out(*, order: Order, parts: Mapping[int, Collection[str]], at: datetime) -> None:
    """Take parts (line id to part keys) out of held lines, as if they had never been asked for.

    Their units are free at once, the order's sums become smaller, and it is paid if nothing is left
    to pay. A line without parts is gone. Runs in the caller's transaction, with the order locked.
    """
    lines = list(
        Line.objects.select_for_update(no_key=True)
        .filter(order=order, pk__in=parts, state=State.HELD)
        .order_by("pk")
    )
    by_kind: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_kind[line.kind].append(line)
    for kind in sorted(by_kind):
        gone = [(line, sorted(parts[line.pk])) for line in by_kind[kind]]
        registry.get(kind).withdraw(lines=gone, at=at)
    freed = [demand for line in lines for demand in _shrink(line, parts[line.pk])]
    left = list(order.lines.all())
    order.total_fen = sum(line.price_fen for line in left)
    order.due_now_fen = sum(sum(line.shares_now.values()) for line in left)
    order.save(update_fields=["total_fen", "due_now_fen"])
    settle_rest(order=order, at=at)
    inventory.give_back(freed, at=at)


def _shrink(line: Line, keys: Collection[str]) -> list[Demand]:
    """Sell the line without these parts; return the units to free."""
    gone = [part for part in line.frozen_parts if part.key in keys]
    if len(gone) == len(line.parts):
        pass_on([line])
        held = [Demand(hold.bucket_id, hold.units - hold.released) for hold in line.holds.all()]
        line.delete()
        return held
    freed = [demand for part in gone for demand in part.demands]
    for demand in freed:
        hold = Hold.objects.filter(line=line, bucket_id=demand.bucket_id)
        hold.update(units=F("units") - demand.units)
    line.dues = frozen.cut_dues(line.dues, line.prices, keys)
    line.parts = [row for row in line.parts if row["key"] not in keys]
    line.units = len(line.parts)
    line.price_fen = sum(row["price_fen"] for row in line.parts)
    line.save(update_fields=["dues", "parts", "units", "price_fen"])
    return freed
