"""What is true in the database and at the provider, beside what the buyers were told."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection
from pathlib import Path

from django.db.models import Count, Sum

from bookings.inventory.models import Bucket
from bookings.ledger.models import Posting
from bookings.orders.models import Hold, Order
from kernel import clock, invariants
from kernel.outbox.models import Event
from tests.faults.client import Op
from tests.faults.report import Report


def wait_for(question: Callable[[], object], *, within_s: float = 60, every_s: float = 0.1) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + within_s
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def settle(*, within_s: float = 60) -> list[invariants.Violation]:
    """Wait until every fact has reached its end; the invariants that are still broken then.

    Not asked once more when all was well: a service's notice may come right after, and is not at its end.
    """
    return [] if wait_for(_is_settled, within_s=within_s, every_s=0.3) else _broken()


def _broken() -> list[invariants.Violation]:
    """As of when no rule looks away any more from what has moved just now."""
    return invariants.check_all(at=clock.now() + invariants.GRACE)


def _is_settled() -> bool:
    waiting = Event.objects.filter(done_at__isnull=True, parked_at__isnull=True)
    return not waiting.exists() and not _broken()


def fill(report: Report, ops: Collection[Op], *, sandbox: Path | None = None) -> Report:
    """The figures that the database and the provider give."""
    report.n_ops = len(ops)
    report.acked = sum(op.is_acked for op in ops)
    report.lost = lost(ops)
    report.duplicated = duplicated(ops)
    report.oversold = oversold()
    report.money_delta = money_delta(sandbox) if sandbox else 0
    return report


def oversold() -> int:
    """Buckets that hold more than they can, or another number than the orders' holds say."""
    kept = Hold.objects.values_list("bucket_id").annotate(n=Sum("units") - Sum("released"))
    held = dict(kept)
    rows = Bucket.objects.values_list("pk", "taken", "capacity")
    return sum(taken > capacity or taken != held.get(pk, 0) for pk, taken, capacity in rows)


def lost(ops: Collection[Op]) -> int:
    """Orders that somebody was told of and that are not there."""
    told = {op.code for op in ops if op.is_acked}
    return len(told - set(Order.objects.filter(code__in=told).values_list("code", flat=True)))


def duplicated(ops: Collection[Op]) -> int:
    """Orders of a buyer beyond the one that they asked for."""
    mine = Order.objects.filter(actor__in={op.actor for op in ops})
    return sum(n - 1 for (n,) in mine.values("actor").annotate(n=Count("pk")).values_list("n"))


def money_delta(sandbox: Path) -> int:
    """What the sandbox holds for us less what the ledger says that it holds, in fen."""
    with sqlite3.connect(f"file:{sandbox}?mode=ro", uri=True) as book:
        (paid,) = book.execute(
            "SELECT coalesce(sum(amount), 0) FROM payment WHERE status = 'SUCCEEDED'"
        ).fetchone()
        (back,) = book.execute(
            "SELECT coalesce(sum(amount), 0) FROM refund WHERE status = 'SUCCEEDED'"
        ).fetchone()
    booked = Posting.objects.filter(account="provider:sandbox").aggregate(fen=Sum("amount_fen"))
    return int(paid) - int(back) - int(booked["fen"] or 0)
