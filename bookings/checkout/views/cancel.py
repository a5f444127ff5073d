"""Cancelling parts of an order: choose, see the exact refund, agree to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.identity import actors
from bookings import registry
from bookings.checkout.views.order import opened, refused
from bookings.contracts import Words
from bookings.deposits import queries as deposits
from bookings.deposits.models import Deposit
from bookings.deposits.models import State as DepositState
from bookings.orders.models import Line, Order
from bookings.refunds import operations as refunds
from bookings.refunds.choosing import chosen_parts, every_part, with_what_goes_along
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.requests import whole


@dataclass(frozen=True, slots=True)
class Given:
    """One part of a quote; ``back_fen`` is what the terms give were it not bought with others."""

    line_id: int
    part_key: str
    title: Words
    price_fen: int
    back_fen: int


def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Choose parts, see the exact refund, then agree to it."""
    order = opened(request, token)
    at = clock.now()
    data = request.POST if request.method == "POST" else request.GET
    lines = {line.pk: line for line in order.lines.all()}
    chosen = every_part(lines.values()) if data.get("all") else chosen_parts(data, lines)
    chosen = with_what_goes_along(chosen, lines)
    try:
        quote = refunds.quote(order=order, parts=chosen, at=at) if chosen else None
    except Refusal as refusal:
        return refused(request, token, refusal)
    if request.method == "POST" and quote is not None:
        try:
            _carry_out(request, order, chosen, at)
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _("Cancelled. The money goes back the way it came."))
            return redirect("checkout:order", token)
    rows = _rows(order, quote, at) if quote else []
    context = {
        "order": order,
        "region": order.region,
        "chosen": chosen,
        "is_nothing_chosen": "asked" in data and not chosen,
        "quote": quote,
        "rows": rows,
        "together_fen": (quote.refund_fen if quote else 0) - sum(row.back_fen for row in rows),
        "holders": vouchers.holders(order),
        "deposit": _held(order),
        "is_everything": _is_everything(chosen, lines.values()),
    }
    return render(request, "bookings_checkout/cancel.html", context)


def _is_everything(chosen: Mapping[int, Sequence[str]], lines: Collection[Line]) -> bool:
    """Whether nothing would be left of the order, and nobody has been there."""
    kept = (set(keys) - set(chosen.get(pk, ())) for pk, keys in every_part(lines).items())
    return not any(kept) and not any(line.used_parts for line in lines)


def _held(order: Order) -> Deposit | None:
    """The deposit that is still held for an order."""
    found = deposits.find(order)
    return found if found and found.state == DepositState.HELD else None


def _carry_out(
    request: HttpRequest, order: Order, chosen: Mapping[int, Sequence[str]], at: datetime
) -> None:
    refunds.cancel(
        order=order,
        parts=chosen,
        shown_fen=whole(request.POST.get("shown_fen"), field="shown_fen"),
        actor=actors.actor_of(request),
        reason="BUYER",
        at=at,
    )


def _rows(order: Order, quote: refunds.Quote, at: datetime) -> list[Given]:
    """What each part would bring back by its terms alone; the sum of the quote settles the rest."""
    lines = {line.pk: line for line in order.lines.all()}
    rows = []
    for row in quote.rows:
        line = lines[row.line_id]
        by_terms = registry.get(line.kind).refundable(line=line, part_keys=[row.part_key], at=at)
        back_fen = max(0, row.received_fen - (row.price_fen - by_terms))
        rows.append(Given(row.line_id, row.part_key, row.title, row.price_fen, back_fen))
    return rows
