"""What comes back after an invoice was issued is taken back by a red letter of exactly that sum.

Worked out from what stands of the order, not from the news that it has become less: whatever order the
news come in, and however often, the red letters of an invoice bring it to what the buyer has paid.
The invoice itself is never touched, but for the sum that its red letters take back.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from bookings.invoices import figures, queries, sales
from bookings.invoices.models import Invoice, State
from bookings.invoices.operations.beginning import keep_rows, paid_part, say_begun
from bookings.invoices.operations.numbers import new_number
from bookings.orders.models import Order
from kernel import codes


def redden(*, order_id: int, at: datetime) -> None:
    """Take back of every issued invoice of an order what the buyer has paid no more.

    Under the order's lock; what is still being issued is looked at once it is.
    """
    with transaction.atomic():
        issued = Invoice.objects.filter(order=order_id, red_of=None, state=State.ISSUED)
        if not issued.exists():
            return
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        sold = sales.sold_in(order)
        for blue in issued.order_by("pk"):
            parts = paid_part(order, sold.get(blue.supplier_id, []))
            _redden(blue, {each.key: each.net_fen for each in parts}, at)


def _redden(blue: Invoice, want: dict[str, int], at: datetime) -> None:
    rows = figures.take_back(queries.standing_rows(blue), want)
    total_fen = sum(row.amount_fen for _key, row in rows)
    if not rows:
        return
    if not stands_with(blue, -total_fen).update(reddened_fen=F("reddened_fen") - total_fen):
        raise ValueError(f"invoice {blue.pk} does not stand with {-total_fen} fen")
    red = Invoice.objects.create(
        order_id=blue.order_id,
        supplier_id=blue.supplier_id,
        red_of=blue,
        token=codes.new_token(),
        number=new_number(),
        title_kind=blue.title_kind,
        title_sealed=blue.title_sealed,
        title_shown=blue.title_shown,
        seller=blue.seller,
        state=State.ISSUING,
        total_fen=total_fen,
        tax_fen=sum(row.tax_fen for _key, row in rows),
        asked_by="system",
        asked_at=at,
    )
    keep_rows(red, rows)
    say_begun(red, at)


def stands_with(blue: Invoice, fen: int) -> QuerySet[Invoice]:
    """The invoice, if so much of it stands."""
    return Invoice.objects.filter(pk=blue.pk, total_fen__gte=F("reddened_fen") + fen)
