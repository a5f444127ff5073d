"""Who went in offline by what gave no entry: kept, told with both doors, and counted for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bookings.vouchers import queries
from bookings.vouchers.models import Redemption, Surplus
from bookings.vouchers.operations.deciding import Verdict
from bookings.vouchers.operations.held import Held
from bookings.vouchers.operations.refusals import AlreadyUsed, InsideAlready
from kernel.outbox import operations as outbox

_BY_ANOTHER = (AlreadyUsed.code, InsideAlready.code)
"""Reasons that are another passage."""


def write(verdicts: Sequence[Verdict], at: datetime) -> None:
    """Keep the surplus of what was decided. Runs in the transaction of the passages, after them."""
    found = [(verdict, held) for verdict in verdicts for held in verdict.surplus]
    if not found:
        return
    entries = queries.last_entries(held.voucher.pk for _verdict, held in found)
    rows = Surplus.objects.bulk_create(
        [_row(verdict, held, entries.get(held.voucher.pk), at) for verdict, held in found]
    )
    outbox.record_many([_news(row) for row in rows], at=at)


def _row(verdict: Verdict, held: Held, entry: Redemption | None, at: datetime) -> Surplus:
    scan, voucher = verdict.scan, held.voucher
    assert verdict.refusal is not None, "who may pass is no surplus"
    reason = verdict.refusal.code
    return Surplus(
        voucher=voucher,
        region_id=voucher.region_id,
        zone=voucher.zone,
        door=scan.post.door,
        place=dict(scan.post.title),
        direction=scan.way,
        actor=scan.actor,
        request_key=scan.request_key,
        fallback=scan.fallback,
        is_offline=True,
        at=scan.at,
        reason=reason,
        counted=entry if reason in _BY_ANOTHER else None,
        told_at=at,
    )


def _news(row: Surplus) -> outbox.News:
    counted = row.counted
    facts = {
        "surplus_id": row.pk,
        "voucher_id": row.voucher_id,
        "order_id": row.voucher.line.order_id,
        "organisation_id": row.voucher.line.supplier_id,
        "reason": row.reason,
        "zone": row.zone,
        "door": row.door,
        "direction": row.direction,
        "at": row.at.isoformat(),
        "counted_id": counted.pk if counted else None,
        "counted_door": counted.door if counted else "",
        "counted_at": counted.at.isoformat() if counted else "",
        "region_id": row.region_id,
    }
    return outbox.News("bookings.voucher.surplus", f"surplus:{row.pk}", facts)
