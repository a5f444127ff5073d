"""Invoices as a table for accountants: a line for each row, sums in yuan."""

from __future__ import annotations

import csv
import io

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bookings.invoices.models import Invoice, Row
from kernel.money import yuan

MOST_ROWS = 10_000
_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTE_ORDER_MARK = "\ufeff"


def invoices_csv(invoices: QuerySet[Invoice]) -> str:
    """At most MOST_ROWS lines, oldest first. People are shown by their first character."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            _("Invoice number"), _("Red letter of"), _("Issued at"), _("State"), _("Order number"),
            _("Seller"), _("Made out to"), _("thing sold"), _("Tax classification code"), _("Tax rate"),
            _("Amount without tax"), _("Tax"), _("Amount with tax"),
        ]
    )  # fmt: skip
    rows = Row.objects.filter(invoice__in=invoices.values("pk"))
    wanted = rows.select_related("invoice__order__region", "invoice__red_of")
    for row in wanted.order_by("invoice", "place")[:MOST_ROWS]:
        table.writerow(_line(row))
    return _BYTE_ORDER_MARK + out.getvalue()


def _line(row: Row) -> list[str]:
    invoice = row.invoice
    at = invoice.issued_at
    words = (
        invoice.serial,
        invoice.red_of.serial if invoice.red_of else "",
        f"{at.astimezone(invoice.order.region.tz):%Y-%m-%d %H:%M}" if at else "",
        invoice.get_state_display(),
        invoice.order.code,
        invoice.seller.get("name", ""),
        invoice.title_shown,
        row.name,
        row.goods_code,
        f"{row.permille // 10}.{row.permille % 10}%",
    )
    sums = (row.untaxed_fen, row.tax_fen, row.amount_fen)
    return [*map(_plain, words), *map(yuan, sums)]


def _plain(text: str) -> str:
    """Text that a spreadsheet does not calculate: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(_BEGIN_FORMULAS) else text
