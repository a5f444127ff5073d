"""An invoice is asked for, once for an order and a supplier; it is made as soon as it may be."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.invoices import queries, sales, services, titles
from bookings.invoices.models import Invoice, State
from bookings.invoices.operations.beginning import begin, start_over
from bookings.invoices.operations.numbers import new_number
from bookings.invoices.titles import TitleFacts
from bookings.orders.models import Order
from bookings.orders.models import State as Standing
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import NotFound, Refusal

_GONE = (Standing.CANCELLED, Standing.REFUSED, Standing.LAPSED)


class NotPaidYet(Refusal):
    """Nothing is invoiced that is not paid."""

    code = "not_paid_yet"
    message = _("An invoice can be asked for once the order is paid.")


class NotIssuedHere(Refusal):
    """The supplier's tax number, rates or token are not entered, or no service is switched on."""

    code = "not_issued_here"
    message = _("%(supplier)s does not issue invoices here. Please ask them for one.")


class NothingToInvoice(Refusal):
    """All of it was returned."""

    code = "nothing_to_invoice"
    message = _("Nothing of this is left to invoice: all of it was returned.")


class AlreadyIssued(Refusal):
    """Another title is no longer possible."""

    code = "already_issued"
    message = _("This invoice is being issued or was issued already, as it was asked for.")


def ask(*, order: Order, supplier_id: int, title: TitleFacts, actor: str, at: datetime) -> Invoice:
    """The invoice of one supplier for an order, made out to ``title``; the same again is the same one.

    As long as it is not being issued, or when the service has refused it, another title takes the place of
    the one before.

    :raises NotFound: that supplier has sold nothing of it. :raises NotPaidYet: as it says.
    :raises NotIssuedHere: the supplier issues none. :raises NothingToInvoice: all went back.
    :raises AlreadyIssued: to another title.
    """
    _refuse(order, supplier_id)
    with transaction.atomic(durable=True):
        invoice = _made(order, supplier_id, title, actor, at)
        if invoice.title != title:
            _retitle(invoice, title, at)
        audit.record(
            actor=actor,
            action="invoice.ask",
            subject=invoice.subject,
            at=at,
            facts={"order_id": order.pk},
        )
    begin(invoice_id=invoice.pk, at=at)
    invoice.refresh_from_db()
    return invoice


def _made(order: Order, supplier_id: int, title: TitleFacts, actor: str, at: datetime) -> Invoice:
    """The one row, locked: whoever comes second finds that of the first."""
    fresh = Invoice(
        order=order,
        supplier_id=supplier_id,
        token=codes.new_token(),
        number=new_number(),
        title_kind=title.kind,
        title_sealed=titles.seal(title),
        title_shown=title.shown,
        asked_by=actor,
        asked_at=at,
        next_at=at,
    )
    Invoice.objects.bulk_create([fresh], ignore_conflicts=True)
    return queries.blue_of(order, supplier_id).select_for_update(no_key=True).get()


def is_free(invoice: Invoice) -> bool:
    """Whether it may still be made out to somebody else: nothing has been issued, and nothing will be."""
    is_stuck = invoice.state == State.FAILED
    return invoice.state == State.ASKED or (
        is_stuck and (invoice.is_refused or invoice.sent_at is None)
    )


def _retitle(invoice: Invoice, title: TitleFacts, at: datetime) -> None:
    if not is_free(invoice):
        raise AlreadyIssued
    Invoice.objects.filter(pk=invoice.pk).update(
        title_kind=title.kind, title_sealed=titles.seal(title), title_shown=title.shown
    )
    if invoice.state == State.FAILED:
        start_over(invoice, number=new_number(), at=at)


def _refuse(order: Order, supplier_id: int) -> None:
    lines = [line for line in order.lines.all() if line.supplier_id == supplier_id]
    if not lines:
        raise NotFound
    if order.paid_at is None:
        raise NotPaidYet
    if services.current() is None or not queries.can_issue(supplier_id, lines):
        raise NotIssuedHere(supplier=str(lines[0].supplier))
    if all(line.state in _GONE for line in lines) and not sales.sold_in(order).get(supplier_id):
        raise NothingToInvoice
