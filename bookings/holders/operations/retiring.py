"""Codes of passes with nothing good left are dead for readers elsewhere, too."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery

from bookings.codes import operations as codes
from bookings.codes import queries as codes_of
from bookings.orders.models import Order
from bookings.vouchers.models import Pass, State, Voucher

_ACTOR = "system"


def retire(*, order_id: int, at: datetime) -> int:
    """Kill the codes of a journey's passes that carry void vouchers only; return how many.

    Gates of ours see each voucher; a partner's own gate has the list of dead codes. What was killed
    since its last voucher became void stays as it is.
    """
    root = Order.objects.get(pk=order_id).root_id
    carried = Voucher.objects.filter(carrier=OuterRef("pk"))
    last = carried.order_by("-voided_at").values("voided_at")[:1]
    empty = Pass.objects.filter(~Exists(carried.exclude(state=State.VOIDED)), order_id=root)
    rows = list(empty.annotate(voided_at=Subquery(last)).filter(voided_at__isnull=False))
    changed = codes_of.changed_at([row.serial for row in rows])
    alive = [
        row for row in rows if (moment := changed.get(row.serial)) is None or moment < row.voided_at
    ]
    for row in alive:
        codes.replace(serial=row.serial, last_day=row.last_day, actor=_ACTOR, at=at)
    return len(alive)
