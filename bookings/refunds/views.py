"""A buyer says where a stuck refund is to go, or asks for one beyond the terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.identity import actors
from bookings.orders.guesses import count_wrong, open_order
from bookings.orders.models import Order
from bookings.refunds import operations, queries
from bookings.refunds.choosing import NothingChosen, chosen_parts, every_part
from bookings.refunds.forms import AccountForm, HardshipForm
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web import problems
from kernel.web.requests import client_ip


def account(request: HttpRequest, token: str) -> HttpResponse:
    """The link works once: after that it says thank you to nobody."""
    at = clock.now()
    try:
        asked = operations.open_link(token, at=at)
    except operations.LinkGone:
        count_wrong(address=client_ip(request), at=at)
        raise
    form = AccountForm(request.POST or None)
    is_given = False
    if request.method == "POST" and form.is_valid():
        operations.give_account(token=token, account=operations.Account(**form.cleaned_data), at=at)
        is_given = True
    context = {
        "form": form,
        "refund": asked.refund,
        "region": asked.refund.order.region,
        "is_given": is_given,
    }
    return render(request, "bookings_refunds/account.html", context)


def hardship(request: HttpRequest, token: str) -> HttpResponse:
    """Tell what has happened, for which parts, and show it; one at a time."""
    order = open_order(token, address=client_ip(request), at=clock.now())
    is_sent = request.method == "POST"
    form = HardshipForm(request.POST, request.FILES) if is_sent else HardshipForm()
    chosen = _chosen(request, order)
    if is_sent and form.is_valid() and chosen:
        try:
            _ask(request, order, form, chosen)
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            form.refuse(refusal)
        else:
            messages.success(request, _("We have your request. The answer comes on this page."))
            return redirect("checkout:order", token)
    elif is_sent and not chosen:
        form.refuse(NothingChosen())
    asked = list(queries.requests_of(order))
    context = {
        "order": order,
        "region": order.region,
        "form": form,
        "chosen": chosen,
        "asked": asked,
        "is_open": any(each.is_open for each in asked),
        "holders": vouchers.holders(order),
    }
    return render(request, "bookings_refunds/hardship.html", context)


def _chosen(request: HttpRequest, order: Order) -> dict[int, list[str]]:
    """What is ticked; what cannot be read is not."""
    lines = {line.pk: line for line in order.lines.all()}
    try:
        data = request.POST
        return every_part(lines.values()) if data.get("all") else chosen_parts(data, lines)
    except BadInput:
        return {}


def _ask(
    request: HttpRequest, order: Order, form: HardshipForm, chosen: Mapping[int, Sequence[str]]
) -> None:
    operations.ask(
        order=order,
        parts=chosen,
        words=form.cleaned_data["words"],
        files=form.cleaned_data["evidence"],
        actor=actors.actor_of(request),
        at=clock.now(),
    )
