"""Reconciliation: a payment service's file of a day, read and matched against our rows."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bookings.orders.models import Order
from bookings.payments.fakes.bills import WRITERS, Moved
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.payments.providers.alipay import number_of
from bookings.refunds.models import Reason, Refund, RefundState
from bookings.settlement import operations as settlement
from bookings.settlement.models import BillRow
from kernel.places.models import Region

PAYMENTS, REFUNDS = 20_000, 2_000
_BATCH = 2_000
_NOON = datetime(2026, 10, 3, 4, 0, tzinfo=UTC)
"""In China it is noon; what is paid in the twelve hours until the day's end is in its file."""


def figures(region: Region, *, payments: int = PAYMENTS, refunds: int = REFUNDS) -> dict[str, Any]:
    """Rows of a file a second: read, matched by our numbers, kept, what is off told; throw-away database."""
    raw = _file(*_rows(region, payments, refunds))
    began = time.perf_counter()
    compared = settlement.reconcile(
        provider="alipay", raw=raw, name="bench.csv", actor="bench", at=_NOON + timedelta(days=1)
    )
    took = time.perf_counter() - began
    kept = BillRow.objects.filter(bill=compared.bill)
    matched = kept.filter(attempt_id__isnull=False).count()
    return {
        "reconcile_rows_per_s": round(compared.bill.rows / took),
        "reconcile_rows": compared.bill.rows,
        "reconcile_matched": matched,
        "reconcile_findings": sum(compared.found.values()),
        "reconcile_seconds": round(took, 2),
    }


def _rows(region: Region, payments: int, refunds: int) -> tuple[list[Attempt], list[Refund]]:
    """Payments of the day, some of them in part returned, as our own tables have them."""
    order = Order.objects.create(
        code="BRECONCILE", token=f"bench:{region.pk}", region=region, actor="guest:bench",
        request_key="reconcile", body_hash="", total_fen=0, due_now_fen=0, language="en",
        placed_at=_NOON, due_at=_NOON,
    )  # fmt: skip
    attempts = Attempt.objects.bulk_create(
        (
            Attempt(
                order=order, purpose=Purpose.SHARE, purpose_id=n, provider="alipay",
                token=f"bench-{n}", amount_fen=_fen(n), captured_fen=_fen(n),
                refunded_fen=100 * (n < refunds), currency="CNY", state=AttemptState.SUCCEEDED,
                created_at=_at(n), ended_at=_at(n),
            )
            for n in range(payments)
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    made = Refund.objects.bulk_create(
        (
            Refund(
                order=order, attempt=attempts[n], key=f"bench:{n}", token=f"bench-back-{n}",
                amount_fen=100, reason=Reason.BUYER, state=RefundState.DONE, actor="guest:bench",
                created_at=_at(n), done_at=_at(n) + timedelta(minutes=30),
            )
            for n in range(refunds)
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    return attempts, made


def _file(attempts: list[Attempt], refunds: list[Refund]) -> bytes:
    rows = [
        Moved(f"{n}", number_of(each.token), each.captured_fen, _at(n), _fee(each.captured_fen))
        for n, each in enumerate(attempts)
    ]
    rows += [
        Moved(f"{n}:{n}b", number_of(each.payment.token), each.amount_fen,
              _at(n) + timedelta(minutes=30), -_fee(each.amount_fen), number_of(each.token))
        for n, each in enumerate(refunds)
    ]  # fmt: skip
    return WRITERS["alipay"](rows, _NOON.date())


def _at(n: int) -> datetime:
    return _NOON + timedelta(seconds=n % 36_000)


def _fee(fen: int) -> int:
    return (fen * 60 + 5_000) // 10_000


def _fen(n: int) -> int:
    return 1_000 + n % 9_973
