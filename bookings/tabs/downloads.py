"""A bill as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from bookings.tabs.models import Bill
from bookings.tabs.queries import BillRow
from kernel.money import yuan
from kernel.web.tables import csv_text, plain


def bill_csv(bill: Bill, rows: Iterable[BillRow], *, payee: str) -> str:
    """Holder, payee, month and every line; sums in yuan. Nothing that people wrote is a formula."""
    zone = bill.tab.region.tz
    return csv_text(
        [
            [plain(text) for text in (_("Holder"), bill.tab.name, _("Payee"), payee)],
            [_("Month"), f"{bill.month:%Y-%m}", _("Total"), yuan(bill.amount_fen)],
            [_("Date"), _("Order number"), _("What for"), _("Booked by"), _("Amount (yuan)")],
            *(
                [
                    f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}",
                    *map(plain, (row.order_code, row.what, row.who)),
                    yuan(row.fen),
                ]
                for row in rows
            ),
        ]
    )
