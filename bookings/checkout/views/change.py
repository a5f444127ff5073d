"""Change what was paid to another date, time or kind: choose, see the difference, agree to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.identity import actors
from bookings import registry
from bookings.campaigns.listing import priced
from bookings.checkout import queries
from bookings.checkout.views.order import refused
from bookings.classes import is_beside
from bookings.contracts import Listing, Part
from bookings.orders import operations as orders
from bookings.orders.guesses import open_order
from bookings.orders.models import Line
from bookings.vouchers import queries as vouchers
from kernel import clock, codes
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.requests import client_ip, whole
from kernel.web.requests import day as read_day

_MOST = 60
"""Things of one day that are shown to choose from."""


def change(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """Choose a day, then one of its things; then who changes, in which class, and the difference; a
    post agrees to it."""
    order = open_order(token, address=client_ip(request), at=clock.now())
    line = next((line for line in order.lines.all() if line.pk == line_id), None)
    if line is None:
        raise Http404
    if not orders.is_plain(line):
        return refused(request, token, orders.NotPlain(title=str(line)))
    data = request.POST if request.method == "POST" else request.GET
    day = _day(data, line, order.region.tz)
    listings = _listings(line, day)
    quote, classes = None, []
    try:
        if ref := data.get("ref", "")[:80]:
            listing = next((each for each in listings if each.ref == ref), None)
            quote = _quote(line, ref, data, listing)
            classes = _classes(listing) if listing else []
        if request.method == "POST" and quote is not None:
            return _agree(request, line, quote)
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
    context = {
        "order": order,
        "line": line,
        "region": order.region,
        "day": day,
        "found": priced(_free(line, listings), line.region_id, at=clock.now())
        if quote is None
        else (),
        "quote": quote,
        "places": _places(line, quote) if quote else (),
        "classes": classes if len(classes) > 1 else (),
        "can_split": orders.can_split(line),
        "holders": vouchers.holders(order),
        "request_key": codes.new_token(),
    }
    return render(request, "bookings_checkout/change.html", context)


def _classes(listing: Listing) -> list[Part]:
    """What somebody who changes may be: nobody becomes a suitcase."""
    classes = queries.classes_of(listing, at=clock.now())
    return [part for part in classes if not is_beside(part.class_code)]


def _day(data: QueryDict, line: Line, zone: tzinfo) -> date:
    text = data.get("day", "")
    return read_day(text, field="day") if text else line.starts_at.astimezone(zone).date()


def _listings(line: Line, day: date) -> Sequence[Listing]:
    return registry.get(line.kind).browse(
        region_id=line.region_id, supplier_id=line.supplier_id, first=day, last=day
    )


def _free(line: Line, listings: Sequence[Listing]) -> list[Listing]:
    """What the same supplier still sells of a day, in the order of time."""
    at = clock.now()
    seated = sum(not is_beside(part.class_code) for part in line.open_parts)
    people = 1 if orders.can_split(line) else seated
    fits = [each for each in listings if each.starts_at > at and each.left >= people]
    others = [each for each in fits if each.ref != line.ref]
    return sorted(others, key=lambda each: (each.starts_at, each.ref))[:_MOST]


def _quote(line: Line, ref: str, data: QueryDict, listing: Listing | None) -> orders.ChangeQuote:
    """For those who are ticked, or everybody; each in the class chosen for them, or in their own."""
    keys = data.getlist("part")
    parts = [part for part in line.open_parts if not keys or part.key in keys]
    wanted = [data.get(f"class_{part.key}", _class_in(listing, part))[:40] for part in parts]
    return orders.quote_change(
        line=line, ref=ref, part_keys=keys, class_codes=wanted, at=clock.now()
    )


def _class_in(listing: Listing | None, part: Part) -> str:
    """A person's own class, or the first one where the new thing does not publish it."""
    if listing is None or {part.class_code, ""} & {*listing.classes}:
        return part.class_code
    return listing.classes[0]


@dataclass(frozen=True, slots=True)
class _Place:
    """Somebody of the line: what they have, whether they change, and in which class."""

    part: Part
    is_chosen: bool
    class_code: str


def _places(line: Line, quote: orders.ChangeQuote) -> list[_Place]:
    new = dict(zip(quote.part_keys, quote.offer.parts, strict=True))
    return [
        _Place(part, part.key in new, new.get(part.key, part).class_code)
        for part in line.open_parts
    ]


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
