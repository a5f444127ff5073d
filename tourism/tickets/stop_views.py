"""The page on which the holder of a stopped ticket chooses."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity import actors
from bookings.orders import queries as orders
from bookings.orders.guesses import open_order
from bookings.orders.models import Order
from bookings.refunds import operations as refunds
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web.requests import client_ip, whole
from tourism.tickets import operations, queries
from tourism.tickets.models import Choice, StoppedLine

_OFFERED = (Choice.REFUND, Choice.CREDIT, Choice.MOVE, Choice.WAIT)


@require_http_methods(["GET", "HEAD", "POST"])
def stopped(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """Money back, a voucher of more, another time, or wait: once. A voucher is for the buyer, signed in."""
    at = clock.now()
    order = open_order(token, address=client_ip(request), at=at)
    row = queries.stopped_line(order_id=order.pk, line_id=line_id)
    if row is None:
        raise Http404
    if request.method == "POST":
        try:
            choice = _chosen(request)
            slot_id = whole(request.POST.get("slot") or "0", field="slot", least=0)
            operations.choose(
                row=row, choice=choice, slot_id=slot_id, owner=_owner(request, order), at=at
            )
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _said(choice))
        return redirect("areas:stopped", token, line_id)
    is_open = row.choice in (Choice.OPEN, Choice.WAIT) and row.ended_at is None
    voucher = operations.voucher_of(row, at=at) if is_open else None
    context = {
        "order": order,
        "region": order.region,
        "row": row,
        "is_open": is_open,
        "said": "" if is_open else _said(Choice(row.choice)),
        "times": operations.times_instead(row, at=at) if is_open and _is_whole(row) else [],
        "voucher": voucher,
        "voucher_until": at + timedelta(days=refunds.BONUS_DAYS),
        "owner": _owner(request, order),
    }
    return render(request, "tourism_tickets/stopped.html", context)


def _is_whole(row: StoppedLine) -> bool:
    """Only whole tickets go over to another time."""
    return len(row.line.open_parts) == len(row.line.parts)


def _owner(request: HttpRequest, order: Order) -> str:
    """Who has signed in and is the buyer; nobody else gets the voucher."""
    user = actors.user_of(request)
    mine = orders.is_buyers(order, actors.all_of(request), actors.phone_index_of(request))
    return user.actor if user and mine else ""


def _chosen(request: HttpRequest) -> Choice:
    """:raises BadInput: none of what is offered."""
    text = request.POST.get("choice", "")
    if text not in _OFFERED:
        raise BadInput(field="choice")
    return Choice(text)


def _said(choice: Choice) -> str:
    return {
        Choice.REFUND: _("Your money is on its way back."),
        Choice.CREDIT: _("Your voucher is on your balance."),
        Choice.MOVE: _("Done: your code is good for the new time."),
        Choice.WAIT: _("You wait in the line. We tell you as soon as it runs again."),
        Choice.KEPT: _("It ran again in time: your ticket is good as it was."),
    }[choice]
