"""The holder's pages: the code on this phone, six digits instead of it, and giving it to somebody else.

What a buyer shows is opened by the order's address; what was handed over has an address of its own.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.identity import actors
from accounts.travellers import operations as travellers
from accounts.travellers.forms import TravellerForm
from bookings.codes.operations.digits import GOOD_FOR
from bookings.holders import operations, queries
from bookings.orders import queries as orders_of
from bookings.orders.guesses import open_order
from bookings.orders.models import Order
from bookings.vouchers import queries as vouchers
from bookings.vouchers.models import Pass
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web.requests import client_ip

_MOST_KEY = 130
"""Hex letters of an uncompressed point."""


@require_safe
def page(request: HttpRequest, address: str) -> HttpResponse:
    """The code of who was given it by somebody else."""
    at = clock.now()
    carrier = queries.pass_at(address)
    context = {
        "region": carrier.order.region,
        "pass": vouchers.pass_view(carrier, at=at),
        "vouchers": vouchers.good(carrier),
        "address": address,
    }
    return render(request, "bookings_holders/page.html", context)


@require_POST
def phone(request: HttpRequest, token: str, pass_id: int) -> JsonResponse:
    """Bind a pass of the order to the key that the page sends."""
    at = clock.now()
    return _bound(request, _of_order(request, token, pass_id, at), at)


@require_POST
def given_phone(request: HttpRequest, address: str) -> JsonResponse:
    """The same for a pass that was handed over."""
    at = clock.now()
    return _bound(request, queries.pass_at(address), at)


@require_POST
def digits(request: HttpRequest, token: str, pass_id: int) -> HttpResponse:
    """Six digits to say at a desk or type at a gate; each time new ones."""
    at = clock.now()
    carrier = _of_order(request, token, pass_id, at)
    return _six(request, carrier, reverse("checkout:order", args=[token]), at)


@require_POST
def given_digits(request: HttpRequest, address: str) -> HttpResponse:
    """The same for a pass that was handed over."""
    at = clock.now()
    carrier = queries.pass_at(address)
    return _six(request, carrier, reverse("holders:page", args=[address]), at)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, token: str, pass_id: int) -> HttpResponse:
    """Say what it means and who it is for, then hand the pass over; afterwards, the new one's address."""
    at = clock.now()
    order = _own(request, token, at)
    carrier = queries.any_pass_of(order, pass_id)
    made = queries.transfer_of(order, pass_id)
    rules = queries.handings_of(carrier)
    form = TravellerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _hand_over(request, form, carrier, at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Handed over. The code before is dead."))
            return redirect("holders:transfer", token, pass_id)
    context = {
        "carrier": carrier,
        "form": form,
        "rules": rules,
        "is_open": rules is not None and rules.is_open(at),
    }
    if made is None:
        return _page_of(request, order, "bookings_holders/transfer.html", **context)
    address = reverse("holders:page", args=[queries.address_of(made)])
    context |= {"made": made, "url": request.build_absolute_uri(address)}
    return _page_of(request, order, "bookings_holders/handed_over.html", **context)


def _hand_over(request: HttpRequest, form: TravellerForm, carrier: Pass, at: datetime) -> None:
    actor = actors.actor_of(request)
    person = travellers.remember(actor=actor, at=at, **form.cleaned_data)
    operations.hand_over(carrier=carrier, traveller_id=person.pk, actor=actor, at=at)


def _bound(request: HttpRequest, carrier: Pass, at: datetime) -> JsonResponse:
    """What the phone shows codes from, and our time."""
    level_1, facts = operations.show_on(
        carrier=carrier,
        public=_key(request),
        is_move=request.POST.get("move") == "1",
        actor=actors.actor_of(request),
        at=at,
    )
    now = int(at.timestamp() * 1000)
    return JsonResponse({"level_1": level_1.hex(), "sequence": facts.sequence, "now": now})


def _six(request: HttpRequest, carrier: Pass, back: str, at: datetime) -> HttpResponse:
    context = {
        "region": carrier.order.region,
        "back": back,
        "holder": carrier.holder,
        "digits": operations.tell_digits(carrier=carrier, at=at),
        "until": at + GOOD_FOR,
        "whole": int(GOOD_FOR.total_seconds()),
    }
    return render(request, "bookings_holders/digits.html", context)


def _page_of(request: HttpRequest, order: Order, template: str, **more: object) -> HttpResponse:
    return render(request, template, {"order": order, "region": order.region, **more})


def _of_order(request: HttpRequest, token: str, pass_id: int, at: datetime) -> Pass:
    """A pass of the order that a token opens.

    :raises OrderNotFound: NotFound, TooMany: no such order or pass, or too many guesses.
    """
    return queries.pass_of(open_order(token, address=client_ip(request), at=at), pass_id)


def _own(request: HttpRequest, token: str, at: datetime) -> Order:
    """The order, for who has bought it: whoever has its address may show codes, not give them away.

    :raises OrderNotFound: not theirs.
    """
    order = open_order(token, address=client_ip(request), at=at)
    if not orders_of.is_buyers(order, actors.all_of(request), actors.phone_index_of(request)):
        raise orders_of.OrderNotFound
    return order


def _key(request: HttpRequest) -> bytes:
    text = request.POST.get("public", "")
    try:
        return bytes.fromhex(text[: _MOST_KEY + 1])
    except ValueError:
        raise BadInput(field="public") from None
