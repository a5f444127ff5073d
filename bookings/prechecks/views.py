"""The pages of the pre-check: who of an order is ready, and putting a name or document right.

Whoever has the order's address may look; only who has booked puts something right.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import actors
from accounts.travellers import queries as book
from accounts.travellers.forms import ChangeForm, TravellerForm
from accounts.travellers.models import Traveller
from bookings.holders import operations as holders
from bookings.holders import queries as passes
from bookings.orders import queries as orders_of
from bookings.orders.guesses import open_order
from bookings.orders.models import Order
from bookings.prechecks import queries
from bookings.vouchers.models import Pass
from kernel import clock
from kernel.errors import NotFound, Refusal
from kernel.web.requests import client_ip


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Everybody of an order with a tick, or with what is missing."""
    at = clock.now()
    order = open_order(token, address=client_ip(request), at=at)
    context = {
        "order": order,
        "region": order.region,
        "visitors": queries.visitors(order, at=at),
        "is_own": _is_own(request, order),
    }
    return render(request, "bookings_prechecks/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, token: str, pass_id: int) -> HttpResponse:
    """Correct the name or the document of one person, before they have come in."""
    at = clock.now()
    order = open_order(token, address=client_ip(request), at=at)
    if not _is_own(request, order):
        raise orders_of.OrderNotFound
    carrier = passes.pass_of(order, pass_id)
    form = _form(request, carrier)
    if request.method == "POST" and form.is_valid():
        try:
            _correct(request, form, carrier, at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Corrected. The code stays the same."))
            return redirect("prechecks:page", token)
    context = {"order": order, "region": order.region, "carrier": carrier, "form": form}
    return render(request, "bookings_prechecks/correct.html", context)


def _correct(request: HttpRequest, form: TravellerForm, carrier: Pass, at: datetime) -> None:
    holders.correct(
        carrier=carrier,
        details=holders.Details(**form.cleaned_data),
        actors=actors.all_of(request),
        at=at,
    )


def _form(request: HttpRequest, carrier: Pass) -> TravellerForm:
    """What is on file to be changed, where it stands in the asker's own book; else an empty one."""
    row = _known(request, carrier)
    if row is None:
        return TravellerForm(request.POST or None, initial={"name": carrier.holder})
    initial: dict[str, Any] = {
        "name": row.name,
        "kind": row.document_kind,
        "issuer": row.issuer,
        "birth_date": row.birth_date,
    }
    return ChangeForm(request.POST or None, masked=row.document_masked, initial=initial)


def _known(request: HttpRequest, carrier: Pass) -> Traveller | None:
    try:
        return book.get(carrier.traveller_id, actors=actors.all_of(request))
    except NotFound:
        return None


def _is_own(request: HttpRequest, order: Order) -> bool:
    return orders_of.is_buyers(order, actors.all_of(request), actors.phone_index_of(request))
