"""What a counter prints: the codes of a sale on a roll, the report of a shift, a lost code anew."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import actors
from accounts.organisations.access import member_required, organisation_ids
from bookings.cash import queries as cash
from bookings.cash.queries import STAFF
from bookings.desk import operations, queries
from bookings.orders.models import Order
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.requests import whole

WIDTHS = ("80", "58")
"""Of the roll, in millimetres."""


@require_safe
@member_required(*STAFF)
def print_codes(request: HttpRequest, code: str) -> HttpResponse:
    """The codes of an order with something of the house, one a person, as the roll takes them."""
    own = organisation_ids(request, *STAFF)
    order = Order.objects.filter(code=code, lines__supplier__in=own).distinct().first()
    if order is None:
        raise Http404
    chosen = request.GET.get("pass")
    pass_id = whole(chosen, field="pass") if chosen else None
    papers = queries.papers(order, at=clock.now(), pass_id=pass_id)
    width = request.GET.get("w", "")
    context = {
        "order": order,
        "region": order.region,
        "papers": papers,
        "width": width if width in WIDTHS else WIDTHS[0],
        "widths": WIDTHS,
        "is_coming": not papers,
        "printed_at": clock.now(),
        "sale": queries.sale_of(order),
        "line": order.lines.first(),
    }
    return render(request, "bookings_desk/print.html", context)


@require_safe
@member_required(*STAFF)
def report(request: HttpRequest, shift_id: int) -> HttpResponse:
    """What a shift has sold, by thing and class, beside its drawer."""
    shift = cash.shifts(organisation_ids(request, *STAFF)).filter(pk=shift_id).first()
    if shift is None:
        raise Http404
    rows = queries.counted(shift)
    context = {
        "shift": shift,
        "rows": rows,
        "count": sum(row.count for row in rows),
        "fen": sum(row.fen for row in rows),
        "zone": shift.organisation.region.timezone if shift.organisation.region else "UTC",
    }
    return render(request, "bookings_desk/report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*STAFF)
def lost(request: HttpRequest) -> HttpResponse:
    """Find who lost a paper by card, phone, order number; a post prints anew and kills the old code."""
    own, at = organisation_ids(request, *STAFF), clock.now()
    refusal = None
    if "pass" in request.POST:
        try:
            carrier = operations.reissue(
                pass_id=whole(request.POST["pass"], field="pass"),
                organisation_ids=own,
                actor=actors.actor_of(request),
                at=at,
            )
        except Refusal as said:
            problems.tell_programs(request, said)
            refusal = said
        else:
            url = reverse("desk:print", args=[carrier.order.code])
            return redirect(f"{url}?pass={carrier.pk}")
    text = request.POST.get("text", "")[:60]
    context = {
        "text": text,
        "found": queries.find_passes(text, own, at=at) if text.strip() else [],
        "is_asked": bool(text.strip()),
        "refusal": refusal,
    }
    return render(request, "bookings_desk/lost.html", context)
