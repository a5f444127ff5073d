"""A buyer hands parts of an order on to the waiting list, sees how that stands, and keeps them after all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.identity import actors
from bookings.contracts import Part
from bookings.orders.guesses import open_order
from bookings.orders.models import Line, Order
from bookings.refunds.choosing import CHOOSABLE
from bookings.vouchers import queries as vouchers
from bookings.waitlist import operations, queries
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.requests import client_ip, whole


@dataclass(frozen=True, slots=True)
class Row:
    """A part that may be handed on for ``back_fen``, or why it may not."""

    line: Line
    part: Part
    back_fen: int = 0
    fee_fen: int = 0
    why: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def hand_on(request: HttpRequest, token: str) -> HttpResponse:
    """What would come back for each part, and what is offered; hand one on for the sum shown."""
    at = clock.now()
    order = open_order(token, address=client_ip(request), at=at)
    if request.method == "POST":
        try:
            _hand_on(request, order, at)
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            messages.error(request, refusal.reason)
        else:
            messages.success(
                request, _("Offered to the waiting list. It stays yours until somebody takes it.")
            )
        return redirect("waitlist:hand-on", token)
    handed = list(queries.handovers_of(order))
    is_open = {(one.line_id, one.part_key) for one in handed if one.is_open}
    context = {
        "order": order,
        "region": order.region,
        "handed": handed,
        "rows": _rows(order, is_open, at),
        "holders": vouchers.holders(order),
    }
    return render(request, "bookings_waitlist/hand_on.html", context)


@require_POST
def withdraw(request: HttpRequest, token: str, handover_id: int) -> HttpResponse:
    """Keep the part after all, where nobody has taken it yet."""
    at = clock.now()
    order = open_order(token, address=client_ip(request), at=at)
    handover = get_object_or_404(queries.handovers_of(order), pk=handover_id)
    try:
        operations.withdraw(handover=handover, actor=actors.actor_of(request), at=at)
    except operations.NotOffered as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Withdrawn: you keep it."))
    return redirect("waitlist:hand-on", token)


def _hand_on(request: HttpRequest, order: Order, at: datetime) -> None:
    line_id, _colon, key = request.POST.get("part", "").partition(":")
    operations.hand_on(
        order=order,
        line_id=whole(line_id, field="part", least=1),
        part_key=key,
        shown_fen=whole(request.POST.get("shown_fen"), field="shown_fen"),
        actor=actors.actor_of(request),
        at=at,
    )


def _rows(order: Order, is_open: Collection[tuple[int, str]], at: datetime) -> list[Row]:
    lines = [line for line in order.lines.select_related("order") if line.state in CHOOSABLE]
    return [
        _row(line, part, at)
        for line in lines
        for part in line.open_parts
        if (line.pk, part.key) not in is_open
    ]


def _row(line: Line, part: Part, at: datetime) -> Row:
    try:
        found = operations.part_of(line, part.key, at=at)
        back_fen = operations.terms_of(line, found, at=at)
    except Refusal as refusal:
        return Row(line, part, why=refusal.reason)
    return Row(line, part, back_fen, operations.fee_of(line, part))
