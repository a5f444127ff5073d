"""What was paid and never used: revenue once its time has passed and the terms give nothing back.

See docs/algorithms/commission.md. The line stays as it is: who is let in after all by a late scan, or
gets money back by a person's decision, takes the expiry of that part back.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from bookings.ledger import operations as ledger
from bookings.orders.models import Line, Order, State
from bookings.refunds import operations as refunds
from bookings.settlement import queries
from bookings.settlement.models import Expired, ExpiredPart
from bookings.settlement.operations.earning import run

logger = logging.getLogger(__name__)

GRACE = timedelta(days=3)
"""So long after its end something may still be told that happened before it: scans, refunds by people."""

LOOK_BACK = timedelta(days=400)

_OVER = """
    SELECT line.order_id, line.id FROM bookings_orders_line AS line
    WHERE line.state = 'CONFIRMED' AND line.ends_at > %s AND line.ends_at <= %s
        AND NOT EXISTS (
            SELECT 1 FROM bookings_settlement_expiredpart AS known WHERE known.line_id = line.id
        )
        AND NOT EXISTS (
            SELECT 1 FROM bookings_vouchers_voucher AS v
            WHERE v.line_id = line.id AND v.state = 'ACTIVE' AND v.valid_until > %s
        )
    ORDER BY line.order_id, line.id
"""

_TAKE_BACK = """
    UPDATE bookings_settlement_expiredpart AS part SET undone_at = %s
    FROM bookings_orders_line AS line, bookings_orders_order AS o
    WHERE line.id = part.line_id AND o.id = line.order_id AND part.undone_at IS NULL
        AND (line.used_parts || line.cancelled_parts) ? part.part_key
    RETURNING part.line_id, part.part_key, part.fen, part.is_platform, line.supplier_id, line.order_id,
        line.region_id, o.currency
"""


def expire_due(*, at: datetime) -> int:
    """Expire what is over; how many lines. Repeating it changes nothing.

    Each order by itself: what goes wrong with one is logged, and looked at again the next time.
    """
    over: dict[int, list[int]] = defaultdict(list)
    for order_id, line_id in run(_OVER, at - LOOK_BACK, at - GRACE, at - GRACE):
        over[order_id].append(line_id)
    count = 0
    for order_id, line_ids in over.items():
        try:
            count += _expire(order_id, line_ids, at)
        except Exception:
            logger.exception("what is over of order %s cannot be expired", order_id)
    return count


def take_back_expired(*, at: datetime) -> int:
    """Take back the expiry of what was used or cancelled after all; how many parts."""
    with transaction.atomic():
        found = run(_TAKE_BACK, at)
        ledger.post_many(
            ledger.NewEntry(
                key=f"expired-undone:line:{line_id}:{part_key}",
                subject=f"order:{order_id}",
                memo="expired and used after all",
                postings=[
                    (_whose(supplier_id, is_platform=is_platform), fen),
                    (f"supplier:{supplier_id}", -fen),
                ],
                region_id=region_id,
                currency=currency,
                at=at,
            )
            for line_id, part_key, fen, is_platform, supplier_id, order_id, region_id, currency in found
        )
    return len(found)


def _expire(order_id: int, line_ids: Collection[int], at: datetime) -> int:
    """Under the order's lock, then its lines': as who cancels, and after who scans."""
    with transaction.atomic():
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        rows = Line.objects.filter(pk__in=line_ids, state=State.CONFIRMED).order_by("pk")
        known = ExpiredPart.objects.filter(line__in=line_ids).values_list("line_id", flat=True)
        lines = list(rows.exclude(pk__in=list(known)).select_for_update(no_key=True))
        over = [line for line in lines if line.open_parts and _is_over(order, line, at)]
        ledger.post_many([_entry(order, line, at) for line in over])
    return len(over)


def _is_over(order: Order, line: Line, at: datetime) -> bool:
    """Whether all of it was paid, and nothing of it comes back by the terms any more."""
    keys = [part.key for part in line.open_parts]
    quoted = refunds.quote(order=order, parts={line.pk: keys}, at=at)
    return all(row.refund_fen == 0 and row.received_fen >= row.price_fen for row in quoted.rows)


def _entry(order: Order, line: Line, at: datetime) -> ledger.NewEntry:
    contract = queries.contract_at(line.supplier_id, order.placed_at)
    is_platform = contract is not None and contract.expired == Expired.PLATFORM
    ExpiredPart.objects.bulk_create(
        ExpiredPart(
            line=line, part_key=part.key, fen=part.claim_fen, is_platform=is_platform, expired_at=at
        )
        for part in line.open_parts
    )
    fen = sum(part.claim_fen for part in line.open_parts)
    return ledger.NewEntry(
        key=f"expired:line:{line.pk}",
        subject=order.subject,
        memo="expired unused",
        postings=[
            (f"supplier:{line.supplier_id}", fen),
            (_whose(line.supplier_id, is_platform=is_platform), -fen),
        ],
        region_id=line.region_id,
        currency=order.currency,
        at=at,
    )


def _whose(supplier_id: int, *, is_platform: bool) -> str:
    return f"breakage:{supplier_id}" if is_platform else f"revenue:{supplier_id}"
