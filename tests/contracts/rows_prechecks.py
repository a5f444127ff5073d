"""Rows of the pre-check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Model

from bookings.prechecks.models import Check, Finding, Timing
from bookings.vouchers.models import Pass, Voucher
from tests.contracts.orders import AT, DAY, order
from tests.factories.kernel import RegionFactory


def check(n: int) -> Check:
    """Of an order of its own, whose only visitor has no document."""
    line = order(n).lines.latest("pk")
    carrier = Pass.objects.create(
        order=line.order, region_id=line.region_id, traveller_id=n, holder=f"Holder {n}",
        first_day=DAY, last_day=DAY,
    )  # fmt: skip
    voucher = Voucher.objects.create(
        carrier=carrier, line=line, region_id=line.region_id, part_key="p1", zone="area:1",
        valid_from=AT, valid_until=AT + timedelta(hours=1), issued_at=AT,
    )  # fmt: skip
    return Check.objects.create(
        voucher=voucher, region_id=line.region_id, day=DAY, found=[Finding.MISSING],
        is_short=True, checked_at=AT,
    )  # fmt: skip


MAKERS: dict[type[Model], Callable[[int], Model]] = {
    Check: check,
    Timing: lambda _n: Timing.objects.create(region=RegionFactory()),
}
