"""A payment service's file against our payments and refunds, row by row. See
docs/algorithms/reconciliation.md.

One statement matches every row by our own numbers and says what is off, one finds what is missing, one
entry books the fees. A file is read once: its hash is unique.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.payments import bills
from bookings.settlement.models import Bill, Finding
from bookings.settlement.models.bills import FindingState, Off
from bookings.settlement.operations.matching import book_fees, compare
from kernel.audit import operations as audit
from kernel.errors import Refusal

LATE_AFTER = timedelta(days=2)
"""A file of a day that is over for longer came late."""


class NotOpen(Refusal):
    """A finding is explained once, in words."""

    code = "not_open"
    message = _("Please write down what it was. It may be explained already.")


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of a file. ``is_repeat``: it was read before, and nothing was done."""

    bill: Bill
    found: Mapping[str, int]
    is_repeat: bool = False


def reconcile(
    *,
    provider: str,
    raw: bytes,
    name: str,
    actor: str,
    at: datetime,
    period: tuple[datetime, datetime] | None = None,
) -> Compared:
    """Compare a file with what we know, keep what is off, and book the fees; once for a file.

    ``period`` says from when until when it tells of, where the file does not, or not rightly.

    :raises NotABill: it is no file of this provider.
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    if before := Bill.objects.filter(provider=provider, sha256=sha256).first():
        return Compared(before, _counted(before), is_repeat=True)
    read = bills.read(provider, raw)
    with transaction.atomic(durable=True):
        _one_at_a_time(provider)
        bill, is_new = Bill.objects.get_or_create(
            provider=provider, sha256=sha256, defaults=_columns(read, name, actor, at)
        )
        if is_new:
            bill.since, bill.until = period or _period(read)
            compare(bill, read, at)
            bill.fees_fen = book_fees(bill, read, at)
            bill.is_late = bill.until is not None and at > bill.until + LATE_AFTER
            bill.is_short |= bill.until is not None and at < bill.until
            bill.save()
    return Compared(bill, _counted(bill), is_repeat=not is_new)


def _one_at_a_time(provider: str) -> None:
    """Two files of one provider at once would not see each other's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"reconcile:{provider}"])


def _columns(read: bills.Bill, name: str, actor: str, at: datetime) -> dict[str, Any]:
    sums = Counter[str]()
    for row in read.rows:
        sums[row.said] += row.fen
    return {
        "name": name[-200:], "rows": len(read.rows), "other_rows": read.other_rows,
        "payments_fen": sums[bills.Said.PAYMENT], "refunds_fen": sums[bills.Said.REFUND],
        "fees_fen": 0, "is_short": read.is_short, "is_late": False, "actor": actor, "made_at": at,
    }  # fmt: skip


def _period(read: bills.Bill) -> tuple[datetime | None, datetime | None]:
    """What the file says, or the days (of its own zone) that most of its rows are of, in one piece."""
    if read.since is not None and read.until is not None:
        return read.since, read.until
    if not read.rows:
        return None, None
    days = Counter(row.at.date() for row in read.rows)
    usual = max(days.values()) // 20
    dense = [day for day, count in days.items() if count > usual]
    first = read.rows[0].at.replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end = (
        first.replace(year=day.year, month=day.month, day=day.day)
        for day in (min(dense), max(dense))
    )
    return begin, end + timedelta(days=1)


def _counted(bill: Bill) -> dict[str, int]:
    """How many findings of each kind, those without any left out."""
    found = Counter(bill.findings.values_list("off", flat=True))
    return {off.value: found[off.value] for off in Off if found[off.value]}


def explain(*, finding_id: int, words: str, actor: str, at: datetime) -> None:
    """Somebody has found out what a finding was.

    :raises NotOpen: nothing is written, or it is explained already.
    """
    with transaction.atomic(durable=True):
        still_open = Finding.objects.filter(pk=finding_id, state=FindingState.OPEN)
        if not words.strip() or not still_open.update(
            state=FindingState.EXPLAINED, words=words.strip()[:300], closed_by=actor, closed_at=at
        ):
            raise NotOpen
        audit.record(
            actor=actor,
            action="finding.explain",
            subject=f"finding:{finding_id}",
            facts={"words": words.strip()[:300]},
            at=at,
        )
