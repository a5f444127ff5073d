"""An order: its code, its story, paying it, giving it up, cancelling parts of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.baskets import operations as baskets
from bookings.deposits import queries as deposits
from bookings.dues import operations as dues
from bookings.dues import queries as dues_of
from bookings.fulfilment import queries as deliveries
from bookings.orders import operations as orders
from bookings.orders import queries
from bookings.orders.guesses import open_order
from bookings.orders.models import Line, Order, State
from bookings.payments import operations as payments
from bookings.payments import queries as payments_of
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.pages import buyer_of
from bookings.refunds import operations as refunds
from bookings.refunds import queries as refunds_of
from bookings.refunds.choosing import chosen_parts
from bookings.shares import operations as shares
from bookings.shares import queries as shares_of
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.errors import NotFound, Refusal
from kernel.web import problems
from kernel.web.paging import page_of
from kernel.web.requests import client_ip, whole

_CANCELLABLE = (State.AWAITING_SUPPLIER, State.CONFIRMED)
_CODES_COME = (State.PAID, State.AWAITING_SUPPLIER, State.CONFIRMED)


def _order(request: HttpRequest, token: str) -> Order:
    return open_order(token, address=client_ip(request), at=clock.now())


def _refused(request: HttpRequest, token: str, refusal: Refusal) -> HttpResponse:
    """Back to the order, where it is read; a program, or who asks for the unknown, hears it bare."""
    if problems.wants_json(request) or refusal.status == NotFound.status:
        raise refusal
    messages.error(request, refusal.reason)
    return redirect("checkout:order", token)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The buyer's own orders, newest first."""
    found = queries.for_actors(actors.all_of(request), contact_index=actors.phone_index_of(request))
    return render(
        request,
        "bookings_checkout/orders.html",
        {"page": page_of(request, found, by=("-placed_at", "-id")), "tab": "codes"},
    )


@require_GET
def show(request: HttpRequest, token: str) -> HttpResponse:
    order = _order(request, token)
    context = {
        "order": order,
        "region": order.region,
        "at": clock.now(),
        "is_payable": order.is_payable(clock.now()),
        "passes": vouchers.passes(order, at=clock.now()) if order.paid_at else (),
        "family": queries.family(order),
        "changeable": [line for line in order.lines.all() if _is_changeable(line)],
        "is_awaited": bool(order.paid_at) and order.state in _CODES_COME,
        "awaited": deliveries.awaited(order),
        "refusals": deliveries.refusals_of(order),
        "can_cancel": bool(_cancellable(order)),
        "refunds": refunds_of.of_order(order),
        "refund_requests": refunds_of.requests_of(order),
        "deposit": deposits.find(order),
        "later_dues": dues_of.open_of(order),
        "division": shares_of.of_order(order),
        "is_divisible": shares.is_divisible(order, at=clock.now()),
    }
    return render(request, "bookings_checkout/order.html", context)


def _cancellable(order: Order) -> list[Line]:
    """What of an order can be cancelled, also while its supplier has not answered."""
    lines = order.lines.all()
    return [line for line in lines if line.state in _CANCELLABLE and line.open_parts]


def _is_changeable(line: Line) -> bool:
    return line.state == State.CONFIRMED and bool(line.open_parts) and line.starts_at > clock.now()


@require_GET
def state(request: HttpRequest, token: str) -> JsonResponse:
    """What the waiting page asks every few seconds."""
    order = _order(request, token)
    return JsonResponse({"state": order.state, "words": order.get_state_display()})


def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Show how long the places are held; a post starts the payment at the provider."""
    order = _order(request, token)
    at = clock.now()
    payable = _payable(request, order, at)
    if payable is None and order.paid_at is not None:
        return redirect("checkout:order", token)
    if request.method == "POST":
        try:
            attempt = payments.pay(
                payable=payable or payments.next_of(order, at=at),
                provider=request.POST.get("provider", ""),
                at=at,
                buyer=buyer_of(request, reverse("payments:return", args=[token])),
            )
        except Refusal as refusal:
            return _refused(request, token, refusal)
        return _go_on(request, order, attempt)
    context = {
        "order": order,
        "region": order.region,
        "at": at,
        "payable": payable,
        "ways": payments.ways_to_pay(payable) if payable else [],
    }
    return render(request, "bookings_checkout/pay.html", context)


def _payable(request: HttpRequest, order: Order, at: datetime) -> payments.Payable | None:
    """What there is to pay: the sum of the order, its deposit, or what it owes later.

    Who has the address may pay, but with money of their own only.
    """
    if order.paid_at is not None:
        found = dues.next_of(order, at=at)
    else:
        found = payments.next_of(order, at=at) if order.is_payable(at) else None
    return replace(found, payer=actors.actor_of(request)) if found else None


def _go_on(request: HttpRequest, order: Order, attempt: Attempt) -> HttpResponse:
    """To the provider's page, to the code its app reads, or, where it is decided, to the order."""
    if attempt.state == AttemptState.FAILED:
        messages.error(request, _("This way to pay does not take this sum. Please choose another."))
    if attempt.redirect_url:
        return redirect(attempt.redirect_url)
    if attempt.qr:
        return redirect("checkout:pay-code", order.token, attempt.pk)
    return redirect("payments:return", order.token)


@require_GET
def pay_code(request: HttpRequest, token: str, attempt_id: int) -> HttpResponse:
    """The code that the provider's own app reads; the page goes on by itself once it is paid."""
    order = _order(request, token)
    attempt = payments_of.open_attempt(order, attempt_id)
    if attempt is None:
        return redirect("payments:return", token)
    context = {
        "region": order.region,
        "attempt": attempt,
        "note": order.code,
        "back_url": reverse("payments:return", args=[token]),
        "state_url": reverse("checkout:order-state", args=[token]),
        "state": order.state,
    }
    return render(request, "bookings_checkout/pay_code.html", context)


@require_POST
def give_up(request: HttpRequest, token: str) -> HttpResponse:
    """Let go of an unpaid order's places at once."""
    order = _order(request, token)
    try:
        orders.abandon(order=order, at=clock.now())
    except Refusal as refusal:
        return _refused(request, token, refusal)
    messages.success(request, _("The places are free again. Nothing was charged."))
    return redirect("checkout:order", token)


@require_POST
def add_more(request: HttpRequest, token: str) -> HttpResponse:
    """What is chosen from now on is added to this journey, for the same people and on their codes."""
    order = _order(request, token)
    if order.paid_at is None:
        return redirect("checkout:order", token)
    ids = [part.traveller_id for line in order.lines.all() for part in line.open_parts]
    mine = travellers.people(ids=set(ids) - {0}, actors=actors.all_of(request))
    known = {person.traveller_id for person in mine}
    baskets.belong(
        actor=actors.actor_of(request),
        region_id=order.region_id,
        parent_id=order.root_id,
        traveller_ids=[who for who in dict.fromkeys(ids) if who in known],
        at=clock.now(),
    )
    messages.success(request, _("What you choose now is added to this journey."))
    return redirect(order.region)


def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Choose parts, see the exact refund, then agree to it."""
    order = _order(request, token)
    data = request.POST if request.method == "POST" else request.GET
    chosen = chosen_parts(data, {line.pk for line in order.lines.all()})
    try:
        quote = refunds.quote(order=order, parts=chosen, at=clock.now()) if chosen else None
    except Refusal as refusal:
        return _refused(request, token, refusal)
    if request.method == "POST" and quote is not None:
        try:
            refunds.cancel(
                order=order,
                parts=chosen,
                shown_fen=whole(request.POST.get("shown_fen"), field="shown_fen"),
                actor=actors.actor_of(request),
                reason="BUYER",
                at=clock.now(),
            )
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _("Cancelled. The money goes back the way it came."))
            return redirect("checkout:order", token)
    context = {
        "order": order,
        "region": order.region,
        "lines": _cancellable(order),
        "chosen": chosen,
        "quote": quote,
        "holders": vouchers.holders(order),
    }
    return render(request, "bookings_checkout/cancel.html", context)
