"""What cannot be given is exchanged for another thing of the same seller, at no difference in price.

Places, the seller's own rows, the line and its codes go over in one step, or none of them. It is free to
cancel until the new one begins, as what its supplier has moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bookings import ceilings, registry
from bookings.contracts import Demand, Offer
from bookings.inventory import operations as inventory
from bookings.orders import frozen
from bookings.orders.models import Hold, Line, Order, State
from bookings.vouchers import operations as vouchers
from kernel.errors import Refusal
from kernel.naming import say


class NoRoomThere(Refusal):
    """Somebody else has the last place of it."""

    code = "no_room_there"
    message = _("%(title)s: there is no room at this time any more. Please choose another one.")


class NotExchangeable(Refusal):
    """Only what is delivered, and not used or cancelled in part, goes over."""

    code = "not_exchangeable"
    message = _("%(title)s can no longer be exchanged.")


class _Refused(Exception):
    """Carries the seller's no out of the transaction."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


def exchange_line(
    *,
    line_id: int,
    to: Offer,
    opens_at: datetime,
    closes_at: datetime,
    at: datetime,
    zone: str = "",
) -> None:
    """Put all people of a paid line into what ``to`` offers them, in the order of its parts.

    Its codes let in from ``opens_at`` until ``closes_at``; with ``zone``, there and no longer where they
    did. What stands above the sellers counts it at its new time. Nothing is paid or returned.

    :raises NotExchangeable: not delivered, used or cancelled in part. :raises NoRoomThere: no place is left.
    :raises Refusal: the seller's own, or that of a ceiling. Nothing has changed then.
    """
    counted = ceilings.counted_anew(to, at=at)
    if isinstance(counted, Refusal):
        raise counted
    to = counted
    try:
        with transaction.atomic():
            line = _exchange(line_id, to, at)
            vouchers.move(line=line, opens_at=opens_at, closes_at=closes_at, at=at, zone=zone)
    except _Refused as refused:
        raise refused.refusal from None


def _exchange(line_id: int, to: Offer, at: datetime) -> Line:
    order_id = Line.objects.values_list("order_id", flat=True).get(pk=line_id)
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    line = Line.objects.select_for_update(no_key=True).get(pk=line_id)
    parts = line.open_parts
    if line.state != State.CONFIRMED or len({len(parts), len(line.parts), len(to.parts)}) > 1:
        raise NotExchangeable(title=str(line))
    [refusal] = registry.get(line.kind).amend(old=[line], new=[to], at=at)
    if refusal is not None:
        raise _Refused(refusal)
    give = _together(demand for part in parts for demand in part.demands)
    want = {demand.bucket_id: demand.units for demand in to.all_demands()}
    short = inventory.swap(give=_demands(give), want=_demands(want), at=at)
    if short is not None:
        title = say(to.title)
        above = ceilings.refusal(bucket_id=short.bucket_id, title=title)
        raise above or NoRoomThere(title=title)
    _hold_instead(line, give, want)
    _write(line, to, at)
    return line


def _hold_instead(line: Line, give: Mapping[int, int], want: Mapping[int, int]) -> None:
    """Its holds are what its parts need now; released is only what a part that was cancelled had."""
    for bucket_id in give.keys() | want.keys():
        more = want.get(bucket_id, 0) - give.get(bucket_id, 0)
        held = Hold.objects.filter(line=line, bucket_id=bucket_id)
        if not held.update(units=F("units") + more):
            Hold.objects.create(line=line, bucket_id=bucket_id, units=more)
        held.filter(units=0).delete()


def _write(line: Line, to: Offer, at: datetime) -> None:
    new = {
        row["key"]: {name: row[name] for name in ("title", "demands")}
        for row in frozen.freeze_parts(to.parts)
    }
    line.moved_from, line.moved_at = line.starts_at, at
    line.ref, line.starts_at, line.ends_at = to.ref, to.starts_at, to.ends_at
    line.terms = frozen.free_until_start(line.terms)
    line.facts = dict(to.facts)
    line.parts = [{**row, **new[row["key"]]} for row in line.parts]
    line.save(
        update_fields=[
            "moved_from", "moved_at", "ref", "starts_at", "ends_at", "terms", "facts", "parts",
        ]
    )  # fmt: skip


def _together(demands: Any) -> dict[int, int]:
    units: dict[int, int] = {}
    for demand in demands:
        units[demand.bucket_id] = units.get(demand.bucket_id, 0) + demand.units
    return units


def _demands(units: Mapping[int, int]) -> Collection[Demand]:
    return [Demand(bucket_id, count) for bucket_id, count in units.items()]
