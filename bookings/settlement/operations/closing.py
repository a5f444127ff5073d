"""Close a region's month: a report of its books that comes out the same whenever it is made again.

See docs/algorithms/closing.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.settlement.closing_report import Cut, report_text
from bookings.settlement.models import MonthClose
from bookings.settlement.operations.statements import SETTLING, month_end
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.places.models import Region


class MonthRuns(Refusal):
    """A month is closed when it is over, and what comes late has come."""

    code = "month_runs"
    message = _("%(month)s can be closed from %(when)s on.")


class NotNext(Refusal):
    """Months are closed one after another."""

    code = "not_next"
    message = _("The next month to be closed is %(month)s.")


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month, its report as text, and whether it was closed before and says the same again."""

    close: MonthClose
    text: str
    is_repeat: bool

    @property
    def is_same(self) -> bool:
        """False: somebody has changed the books below the application."""
        return _sha256(self.text) == self.close.sha256


def close_month(*, region: Region, month: date, actor: str, at: datetime) -> Closed:
    """Close a region's month, whose first day it is; or make the report of a closed one again.

    :raises MonthRuns: it is not over for two days. :raises NotNext: it does not follow the last one.
    :raises BooksOff: the books do not sum to zero.
    """
    before = MonthClose.objects.filter(region=region, month=month).first()
    if before is not None:
        return Closed(before, report_of(before), is_repeat=True)
    until = month_end(region, month)
    if at < until + SETTLING:
        raise MonthRuns(month=f"{month:%Y-%m}", when=(until + SETTLING).astimezone(region.tz))
    last = _last(region)
    if last is not None and month != (following := _following(last.month)):
        raise NotNext(month=f"{following:%Y-%m}")
    made = MonthClose(
        region=region, month=month, since=region.at(month, time(0)), until=until,
        last_entry_id=_last_entry(), entries=0, debits_fen=0, actor=actor, closed_at=at,
    )  # fmt: skip
    made.entries, made.debits_fen = cut_of(made).totals()
    text = report_of(made)
    made.sha256 = _sha256(text)
    return _keep(made, text)


def report_of(close: MonthClose) -> str:
    """The report of a month, worked out from the books."""
    earlier = MonthClose.objects.filter(region=close.region_id, month__lt=close.month)
    before = earlier.order_by("-month").first()
    opening = cut_of(before) if before else Cut(close.region_id, close.since, close.last_entry_id)
    return report_text(close, opening, cut_of(close), is_first=before is None)


def cut_of(close: MonthClose) -> Cut:
    """What of the books belongs to a closed month and all before it."""
    return Cut(close.region_id, close.until, close.last_entry_id)


def _keep(made: MonthClose, text: str) -> Closed:
    """Whoever closes it at the same time is first or second; the first one's report counts."""
    try:
        with transaction.atomic(durable=True):
            made.save()
            audit.record(
                actor=made.actor, action="month.close", subject=f"month-close:{made.pk}",
                facts={"month": f"{made.month:%Y-%m}", "sha256": made.sha256}, at=made.closed_at,
            )  # fmt: skip
    except IntegrityError:
        kept = MonthClose.objects.get(region=made.region, month=made.month)
        return Closed(kept, report_of(kept), is_repeat=True)
    return Closed(made, text, is_repeat=False)


def _last_entry() -> int:
    """The number up to which every entry is written, and above which every later one will be.

    Numbers are given before the commit: who is writing is waited for, and nobody begins meanwhile.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE bookings_ledger_entry IN SHARE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM bookings_ledger_entry")
        return int(cursor.fetchone()[0])


def _last(region: Region) -> MonthClose | None:
    return MonthClose.objects.filter(region=region).order_by("-month").first()


def _following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
