"""What was asked for is made as soon as it may be: its rows are laid out, and it is said to be sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from bookings.dues.models import LaterDue
from bookings.dues.models import State as DueState
from bookings.invoices import figures, queries, sales
from bookings.invoices.figures import Sold, Unfit
from bookings.invoices.models import Invoice, Issuer, Moment, Row, State
from bookings.invoices.services import Row as Laid
from bookings.orders.models import Change, ChangeState, Line, Order
from bookings.orders.models import State as Standing
from bookings.refunds.models import RefundRequest
from kernel.outbox import operations as outbox

logger = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=10)
"""So often what waits for something else than the clock is looked at."""

WAITS_FOR_USE = gettext_noop("waits until it is used or its time is over")
WAITS_FOR_MONEY = gettext_noop("waits until everything is paid and confirmed")
WAITS_FOR_PEOPLE = gettext_noop("waits until somebody has looked at the order")
NOT_AGREED = gettext_noop("the books and the order do not say the same sum")
NO_RATE = gettext_noop("the supplier has no tax rate for something of it")
NOTHING_LEFT = gettext_noop("all of it was returned")

_UNDECIDED = (Standing.HELD, Standing.PAID, Standing.AWAITING_SUPPLIER)


def begin(*, invoice_id: int, at: datetime) -> None:
    """Make what was asked for, if it may be made now; otherwise say what it waits for. Once.

    Locks the order first: what is cancelled meanwhile is either seen here or takes a red letter.
    """
    with transaction.atomic(durable=True):
        invoice = _locked(invoice_id)
        if invoice.state == State.ASKED:
            _begin(invoice, at)


def _locked(invoice_id: int) -> Invoice:
    order_id = Invoice.objects.values_list("order_id", flat=True).get(pk=invoice_id)
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    return Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)


def _begin(invoice: Invoice, at: datetime) -> None:
    order = Order.objects.select_related("region").get(pk=invoice.order_id)
    issuer = Issuer.objects.get(organisation=invoice.supplier_id)
    lines = list(order.lines.filter(supplier=invoice.supplier_id))
    why, next_at = _hindrance(order, issuer, lines, at)
    if why:
        _set(invoice, why=why, next_at=next_at)
        return
    try:
        rows = _rows(order, issuer, invoice.supplier_id)
    except Unfit:
        _set(invoice, state=State.FAILED, why=NOT_AGREED, next_at=None)
    except queries.NoRate:
        _set(invoice, state=State.FAILED, why=NO_RATE, next_at=None)
    else:
        _fill(invoice, issuer, rows, at)


def _hindrance(
    order: Order, issuer: Issuer, lines: Sequence[Line], at: datetime
) -> tuple[str, datetime]:
    """Why it cannot be made yet, and when to look again; empty: it can."""
    ids = [line.pk for line in lines]
    unpaid = LaterDue.objects.filter(line__in=ids, state__in=(DueState.OPEN, DueState.UNKNOWN))
    changing = Change.objects.filter(line__in=ids, state=ChangeState.PENDING)
    if order.flag or RefundRequest.objects.filter(order=order, closed_at=None).exists():
        return WAITS_FOR_PEOPLE, at + LOOK_AGAIN
    if any(line.state in _UNDECIDED for line in lines) or unpaid.exists() or changing.exists():
        return WAITS_FOR_MONEY, at + LOOK_AGAIN
    to_come = [
        line.ends_at for line in lines if line.state == Standing.CONFIRMED and line.ends_at > at
    ]
    if issuer.moment == Moment.AFTER_USE and to_come:
        return WAITS_FOR_USE, max(to_come)
    return "", at


def _rows(order: Order, issuer: Issuer, supplier_id: int) -> list[tuple[str, Laid]]:
    """:raises Unfit: the books say another sum. :raises NoRate: something has no tax rate."""
    everything = sales.sold_in(order)
    if sum(each.net_fen for sold in everything.values() for each in sold) != sales.total_by_books(
        order
    ):
        raise Unfit
    sold = paid_part(order, everything.get(supplier_id, []))
    return figures.lay_out(sold, queries.taxed(issuer, sold))


def paid_part(order: Order, sold: Sequence[Sold]) -> list[Sold]:
    """Of what was sold, what the buyer has paid with money."""
    share = sales.share_given(order)
    whole_fen = sum(each.net_fen for each in sold)
    return figures.paid_by_buyer(sold, whole_fen * share.numerator // share.denominator)


def _fill(invoice: Invoice, issuer: Issuer, rows: Sequence[tuple[str, Laid]], at: datetime) -> None:
    if not rows:
        _set(invoice, state=State.VOID, why=NOTHING_LEFT, next_at=None)
        return
    keep_rows(invoice, rows)
    _set(
        invoice,
        state=State.ISSUING,
        seller=queries.seller_of(issuer),
        total_fen=sum(row.amount_fen for _key, row in rows),
        tax_fen=sum(row.tax_fen for _key, row in rows),
        why="",
        next_at=None,
    )
    say_begun(invoice, at)


def keep_rows(invoice: Invoice, rows: Sequence[tuple[str, Laid]]) -> None:
    """Write the rows of an invoice that is not sent yet."""
    Row.objects.bulk_create(
        Row(
            invoice=invoice, key=key, place=row.place, role=row.role, name=row.name, spec=row.spec,
            quantity=row.quantity, goods_code=row.goods_code, permille=row.permille,
            policy=row.policy, amount_fen=row.amount_fen, tax_fen=row.tax_fen,
        )
        for key, row in rows
    )  # fmt: skip


def say_begun(invoice: Invoice, at: datetime) -> None:
    """It is to be sent now. Runs in the caller's transaction."""
    outbox.record(
        name="bookings.invoice.begun",
        key=f"begun:{invoice.pk}:{at.timestamp()}",
        facts={"invoice_id": invoice.pk, "order_id": invoice.order_id},
        at=at,
    )


def _set(invoice: Invoice, **changes: object) -> None:
    Invoice.objects.filter(pk=invoice.pk, state=State.ASKED).update(**changes)


def begin_of(*, order_id: int, at: datetime) -> None:
    """Something of an order was used: what was asked for it may be due now."""
    asked = Invoice.objects.filter(order=order_id, state=State.ASKED)
    for invoice_id in asked.order_by("pk").values_list("pk", flat=True):
        begin(invoice_id=invoice_id, at=at)


def start_over(invoice: Invoice, *, number: str, at: datetime) -> None:
    """Back to where it was asked for, under another number. The caller has locked it.

    The old one is known to be issued by nobody.
    """
    invoice.rows.all().delete()
    changes: dict[str, Any] = {
        "state": State.ASKED, "number": number, "total_fen": 0, "tax_fen": 0, "sent_at": None,
        "is_refused": False, "why": "", "tries": 0, "next_at": at,
    }  # fmt: skip
    Invoice.objects.filter(pk=invoice.pk).update(**changes)
