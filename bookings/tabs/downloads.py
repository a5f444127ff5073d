"""A bill as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from bookings.tabs.models import Bill
from bookings.tabs.queries import BillRow
from kernel.money import yuan

_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTE_ORDER_MARK = "\ufeff"


def bill_csv(bill: Bill, rows: Iterable[BillRow], *, payee: str) -> str:
    """Holder, payee, month and every line; sums in yuan. Nothing that people wrote is a formula."""
    zone = bill.tab.region.tz
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(map(_plain, (_("Holder"), bill.tab.name, _("Payee"), payee)))
    table.writerow([_("Month"), f"{bill.month:%Y-%m}", _("Total"), yuan(bill.amount_fen)])
    table.writerow(
        [_("Date"), _("Order number"), _("What for"), _("Booked by"), _("Amount (yuan)")]
    )
    for row in rows:
        words = (row.order_code, row.what, row.who)
        when = f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}"
        table.writerow([when, *map(_plain, words), yuan(row.fen)])
    return _BYTE_ORDER_MARK + out.getvalue()


def _plain(text: str) -> str:
    """Text that a spreadsheet does not calculate: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(_BEGIN_FORMULAS) else text
