"""Rows of vouchers for the shared test of admins."""

from __future__ import annotations

from datetime import timedelta

from bookings.vouchers.models import Pass, Redemption, Step, Surplus, TurnedAway, Voucher
from tests.contracts import orders
from tests.contracts.orders import moment


def voucher(n: int) -> Voucher:
    line = orders.order(70_000 + n).lines.earliest("pk")
    carrier = Pass.objects.create(
        order=line.order, region_id=line.region_id, first_day=orders.DAY, last_day=orders.DAY
    )
    made = Voucher.objects.create(
        carrier=carrier, line=line, region_id=line.region_id, part_key="p0", zone=f"area:{n}",
        valid_from=moment(n), valid_until=moment(n) + timedelta(hours=1), issued_at=moment(n),
    )  # fmt: skip
    Step.objects.create(voucher=made, after="ISSUED", at=moment(n), actor="system", why="ISSUED")
    return made


def redemption(n: int) -> Redemption:
    of = voucher(10_000 + n)
    return Redemption.objects.create(
        voucher=of, region_id=of.region_id, entry_no=1, zone=of.zone, door=f"gate-{n}", actor="user:1",
        request_key=f"request-{n}", at=moment(n),
    )  # fmt: skip


def surplus(n: int) -> Surplus:
    row = redemption(20_000 + n)
    return Surplus.objects.create(
        voucher=row.voucher, region_id=row.region_id, zone=row.zone, door=f"gate-{n}", actor="gate:1",
        request_key=f"again-{n}", at=moment(n), reason="already_used", counted=row,
        told_at=moment(n),
    )  # fmt: skip


def turned_away(n: int) -> TurnedAway:
    of = voucher(30_000 + n)
    return TurnedAway.objects.create(
        organisation_id=of.line.supplier_id, region_id=of.region_id, zone=of.zone, voucher=of,
        place={"zh-hans": f"检票口{n}", "en": f"Gate {n}"}, reason="too_early", actor="user:1",
        at=moment(n),
    )  # fmt: skip


MAKERS = {
    Voucher: voucher,
    Redemption: redemption,
    Surplus: surplus,
    TurnedAway: turned_away,
}
