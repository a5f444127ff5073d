"""Invoices as a table for accountants: a line for each row, sums in yuan."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bookings.invoices.models import Invoice, Row
from kernel.money import yuan
from kernel.web.tables import csv_text, plain

MOST_ROWS = 10_000


def invoices_csv(invoices: QuerySet[Invoice]) -> str:
    """At most MOST_ROWS lines, oldest first. People are shown by their first character."""
    heads = (
        _("Invoice number"), _("Red letter of"), _("Issued at"), _("State"), _("Order number"),
        _("Seller"), _("Made out to"), _("thing sold"), _("Tax classification code"), _("Tax rate"),
        _("Amount without tax"), _("Tax"), _("Amount with tax"),
    )  # fmt: skip
    rows = Row.objects.filter(invoice__in=invoices.values("pk"))
    wanted = rows.select_related("invoice__order__region", "invoice__red_of")
    return csv_text([heads, *map(_line, wanted.order_by("invoice", "place")[:MOST_ROWS])])


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
    return [*map(plain, words), *map(yuan, sums)]
