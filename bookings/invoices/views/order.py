"""The invoices of an order: for its buyer only, unlike the order's own page."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import actors
from accounts.organisations.models import Organisation
from bookings.invoices import operations, queries, services
from bookings.invoices.forms import AskForm
from bookings.invoices.models import Invoice, State
from bookings.orders.guesses import open_order
from bookings.orders.models import Line, Order
from bookings.orders.queries import OrderNotFound, is_buyers
from kernel import clock
from kernel.errors import NotFound, Refusal
from kernel.web import problems
from kernel.web.requests import client_ip


@dataclass(frozen=True, slots=True)
class Seller:
    """One supplier of an order, what they sold, and the invoices of it."""

    supplier: Organisation
    lines: tuple[Line, ...]
    invoices: tuple[Invoice, ...]
    can_issue: bool

    @property
    def blue(self) -> Invoice | None:
        """The invoice that stands, or is to."""
        found = [one for one in self.invoices if not one.red_of_id and one.state != State.VOID]
        return found[0] if found else None

    @property
    def can_ask(self) -> bool:
        """Whether there is none yet, or one whose title may still be another."""
        blue = self.blue
        return self.can_issue and (blue is None or operations.is_free(blue))


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """One invoice a supplier: asked for, waiting, issued, with what was taken back."""
    order = _own(request, token)
    context = {"order": order, "region": order.region, "sellers": sellers_of(order)}
    return render(request, "bookings_invoices/invoices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str, supplier_id: int) -> HttpResponse:
    """Choose a saved title or write one; a post asks for the invoice, once."""
    order = _own(request, token)
    seller = next((s for s in sellers_of(order) if s.supplier.pk == supplier_id), None)
    if seller is None:
        raise NotFound
    saved = [(str(t.pk), t.facts) for t in queries.titles_of(actors.all_of(request))]
    form = AskForm(request.POST or None, saved=saved)
    if form.is_valid():
        try:
            invoice = _ask(request, order, supplier_id, form)
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            form.refuse(refusal)
        else:
            messages.success(request, _said(invoice))
            return redirect("invoices:order", token)
    context = {"order": order, "region": order.region, "seller": seller, "form": form}
    return render(request, "bookings_invoices/ask.html", context)


def _ask(request: HttpRequest, order: Order, supplier_id: int, form: AskForm) -> Invoice:
    actor, at = actors.actor_of(request), clock.now()
    if form.is_to_be_saved:
        operations.keep(actor=actor, facts=form.facts, at=at)
    return operations.ask(
        order=order, supplier_id=supplier_id, title=form.facts, actor=actor, at=at
    )


def _said(invoice: Invoice) -> str:
    if invoice.state == State.ASKED:
        return _("Noted. The invoice is issued by itself as soon as it may be.")
    return _("The invoice is being issued. You find it here in a moment.")


@require_safe
def download(request: HttpRequest, token: str, invoice_token: str, kind: str) -> HttpResponse:
    """One form of an issued invoice, from us."""
    order = _own(request, token)
    return file_of(Invoice.objects.filter(order=order, token=invoice_token).first(), kind)


def file_of(invoice: Invoice | None, kind: str) -> HttpResponse:
    """A form of an invoice to be kept. :raises NotFound: there is none (yet)."""
    is_known = kind.upper() in operations.CONTENT_TYPES
    file = (
        invoice.files.filter(kind=kind.upper()).exclude(sealed="").first()
        if invoice and is_known
        else None
    )
    if not invoice or not file:
        raise NotFound
    return HttpResponse(
        operations.read_file(file),
        content_type=operations.CONTENT_TYPES[file.kind],
        headers={
            "Content-Disposition": f'attachment; filename="{invoice.serial}.{file.kind.lower()}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def sellers_of(order: Order) -> list[Seller]:
    """Who has sold what of an order, in the order of the lines."""
    invoices = list(queries.of_order(order))
    by_supplier: dict[int, list[Line]] = {}
    for line in order.lines.all():
        by_supplier.setdefault(line.supplier_id, []).append(line)
    is_on = services.current() is not None
    return [
        Seller(
            supplier=lines[0].supplier,
            lines=tuple(lines),
            invoices=tuple(one for one in invoices if one.supplier_id == supplier_id),
            can_issue=is_on and queries.can_issue(supplier_id, lines),
        )
        for supplier_id, lines in by_supplier.items()
    ]


def _own(request: HttpRequest, token: str) -> Order:
    """The order, for who has bought it. Everybody else has not found it, with its address or without.

    :raises OrderNotFound: not theirs.
    """
    order = open_order(token, address=client_ip(request), at=clock.now())
    if not is_buyers(order, actors.all_of(request), actors.phone_index_of(request)):
        raise OrderNotFound
    return order
