"""Paying an order, or giving up one that is not paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.cash import queries as cash
from bookings.checkout import standing
from bookings.checkout.views.order import opened, refused
from bookings.dues import operations as dues
from bookings.orders import operations as orders
from bookings.orders import queries
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments import queries as payments_of
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.pages import buyer_of, code_page
from bookings.payments.queries import Progress
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems


def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Show how long the places are held; a post starts the payment at the provider."""
    order = opened(request, token)
    at = clock.now()
    payable = _payable(request, order, at)
    progress = standing.progress_of(order, at=at)
    is_settled = payable is None and order.paid_at is not None
    if is_settled or progress is Progress.RECEIVED:
        if request.method == "POST":
            problems.tell_programs(request, payments.NotPayable())
        return redirect("checkout:order", token)
    if request.method == "POST":
        return _start(request, order, payable, at)
    context = {
        "order": order,
        "region": order.region,
        "at": at,
        "payable": payable,
        "step": standing.step_of(order, progress),
        "is_begun": progress is Progress.BEGUN,
        "changed_from": queries.changed_from(order) if order.credit_fen else None,
        "ways": payments.ways_to_pay(payable) if payable else [],
        "mismatched": _mismatched(request, order) if payable else [],
        "counters": cash.open_counters(order.region_id) if payable else [],
    }
    return render(request, "bookings_checkout/pay.html", context)


def _mismatched(request: HttpRequest, order: Order) -> list[travellers.Person]:
    ids = {part.traveller_id for line in order.lines.all() for part in line.open_parts} - {0}
    return travellers.mismatched(ids, actors=actors.all_of(request))


def _start(
    request: HttpRequest, order: Order, payable: payments.Payable | None, at: datetime
) -> HttpResponse:
    try:
        attempt = payments.pay(
            payable=payable or payments.next_of(order, at=at),
            provider=request.POST.get("provider", ""),
            at=at,
            buyer=buyer_of(request, reverse("payments:return", args=[order.token])),
        )
    except Refusal as refusal:
        return refused(request, order.token, refusal)
    return _go_on(request, order, attempt)


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
    """The code that the provider's own app reads."""
    order = opened(request, token)
    back = reverse("payments:return", args=[token])
    attempt = payments_of.open_attempt(order, attempt_id)
    if attempt is None:
        return redirect(back)
    state = standing.step_of(order, standing.progress_of(order, at=clock.now()))
    paths = (
        reverse("checkout:pay", args=[token]), back, reverse("checkout:order-state", args=[token])
    )  # fmt: skip
    return code_page(request, attempt, state=state, paths=paths, region=order.region)


@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then let go of an unpaid order's places at once; what it would change stays as it is."""
    order = opened(request, token)
    made = queries.changed_from(order)
    if request.method != "POST":
        if not order.is_payable(clock.now()):
            return redirect("checkout:order", token)
        context = {"order": order, "region": order.region, "changed_from": made}
        return render(request, "bookings_checkout/order_give_up.html", context)
    try:
        orders.abandon(order=order, at=clock.now())
    except Refusal as refusal:
        return refused(request, token, refusal)
    if made is not None:
        messages.success(request, _("Nothing was changed: what you had booked stays good."))
        return redirect("checkout:order", made.line.order.token)
    messages.success(request, _("The places are free again. Nothing was charged."))
    return redirect("checkout:order", token)
