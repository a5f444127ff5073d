"""Change what was paid to another date, time or kind: choose, see the difference, agree to it."""

from __future__ import annotations

from datetime import date, tzinfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.identity import actors
from bookings import registry
from bookings.contracts import Listing
from bookings.orders import operations as orders
from bookings.orders.guesses import open_order
from bookings.orders.models import Line
from kernel import clock, codes
from kernel.errors import Refusal
from kernel.web.requests import client_ip, whole
from kernel.web.requests import day as read_day

_MOST = 60
"""Things of one day that are shown to choose from."""


def change(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """Choose a day, then one of its things; then the difference is shown, and a post agrees to it."""
    order = open_order(token, address=client_ip(request), at=clock.now())
    line = next((line for line in order.lines.all() if line.pk == line_id), None)
    if line is None:
        raise Http404
    ref = request.POST.get("ref") or request.GET.get("ref", "")
    day = _day(request, line, order.region.tz)
    quote = None
    try:
        if ref:
            quote = orders.quote_change(line=line, ref=ref[:80], at=clock.now())
        if request.method == "POST" and quote is not None:
            return _agree(request, line, quote)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    context = {
        "order": order,
        "line": line,
        "region": order.region,
        "day": day,
        "found": _found(line, day) if quote is None else (),
        "quote": quote,
        "back_fen": quote.back_fen if quote else 0,
        "request_key": codes.new_token(),
    }
    return render(request, "bookings_checkout/change.html", context)


def _day(request: HttpRequest, line: Line, zone: tzinfo) -> date:
    text = request.GET.get("day", "")
    return read_day(text, field="day") if text else line.starts_at.astimezone(zone).date()


def _found(line: Line, day: date) -> list[Listing]:
    """What the same supplier still sells on a day, in the order of time."""
    listings = registry.get(line.kind).browse(
        region_id=line.region_id, supplier_id=line.supplier_id, first=day, last=day
    )
    at, people = clock.now(), len(line.open_parts)
    fits = [each for each in listings if each.starts_at > at and each.left >= people]
    others = [each for each in fits if each.ref != line.ref]
    return sorted(others, key=lambda each: (each.starts_at, each.ref))[:_MOST]


def _agree(request: HttpRequest, line: Line, quote: orders.ChangeQuote) -> HttpResponse:
    made = orders.change(
        line=line,
        quote=quote,
        shown_fen=whole(request.POST.get("shown_fen"), field="shown_fen", least=-(10**12)),
        actor=actors.actor_of(request),
        request_key=request.POST.get("request_key", "")[:64] or codes.new_token(),
        at=clock.now(),
    )
    if made.unpaid_fen:
        return redirect("checkout:pay", made.token)
    messages.success(request, _("Changed. Your code stays the same."))
    return redirect("checkout:order", made.token)
