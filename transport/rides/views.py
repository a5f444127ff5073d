"""A rider's page of one ride: when it leaves, what may be chosen, where the vehicle is, what was lost."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.orders.guesses import open_order
from bookings.orders.models import Line, Order
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web import problems
from kernel.web.requests import client_ip
from kernel.web.requests import day as read_day
from transport.lines import disrupted
from transport.lines import operations as lines
from transport.lines.models import RideChoice
from transport.lines.offers import KIND
from transport.rides import operations, pages, queries, wording
from transport.rides.forms import LostForm
from transport.rides.queries import Leg

_OFFERED = (RideChoice.KEEP, RideChoice.MOVE, RideChoice.REFUND, RideChoice.CREDIT)
_TRAIN = "TRAIN"


@require_http_methods(["GET", "HEAD", "POST"])
def ride(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """The page. A post says what the rider chooses, once, or which train one comes with."""
    at = clock.now()
    order, line = _line_of(request, token, line_id, at)
    if request.method == "POST":
        _carry_out(request, order, line, at)
        return redirect("rides:ride", token, line_id)
    return _page(request, order, line, at)


@require_safe
def old_address(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """Where the vehicle was shown on a page of its own."""
    return redirect("rides:ride", token, line_id, permanent=True)


@require_safe
def now(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """Only where the vehicle is, for the page that asks again."""
    _order, leg, at = _opened(request, token, line_id)
    return render(request, "transport_rides/_now.html", pages.where(leg, at=at))


@require_POST
def share(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """Make the link."""
    _order, leg, at = _opened(request, token, line_id)
    try:
        operations.make_link(leg=leg, at=at)
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
    return redirect("rides:ride", token, line_id)


@require_POST
def unshare(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """End the link."""
    _order, leg, at = _opened(request, token, line_id)
    operations.end_link(leg=leg, at=at)
    messages.success(request, _("The link shows nothing any more."))
    return redirect("rides:ride", token, line_id)


@require_POST
def lost(request: HttpRequest, token: str, line_id: int) -> HttpResponse:
    """Ask for what was left in the vehicle."""
    order, leg, at = _opened(request, token, line_id)
    form = LostForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            operations.ask(leg=leg, what=given["what"], request_key=given["key"], at=at)
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            form.refuse(refusal)
        else:
            messages.success(
                request, _("The operator has it. The answer comes as a message, and here.")
            )
            return redirect("rides:ride", token, line_id)
    return _page(request, order, _ride_line(order, line_id), at, form)


def _opened(request: HttpRequest, token: str, line_id: int) -> tuple[Order, Leg, datetime]:
    """An order's ride that is booked. :raises NotFound: it is none."""
    at = clock.now()
    order = open_order(token, address=client_ip(request), at=at)
    return order, queries.leg_of(order, line_id), at


def _line_of(request: HttpRequest, token: str, line_id: int, at: datetime) -> tuple[Order, Line]:
    """An order with the line of a ride, whatever has become of it."""
    order = open_order(token, address=client_ip(request), at=at)
    return order, _ride_line(order, line_id)


def _ride_line(order: Order, line_id: int) -> Line:
    for line in order.lines.all():
        if line.pk == line_id and line.kind == KIND:
            return line
    raise Http404


def _page(
    request: HttpRequest, order: Order, line: Line, at: datetime, form: LostForm | None = None
) -> HttpResponse:
    context = pages.page_of(request, order, line, at=at, form=form)
    return render(request, "transport_rides/ride.html", context)


def _carry_out(request: HttpRequest, order: Order, line: Line, at: datetime) -> None:
    try:
        said = _act(request, order, line, at)
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
    else:
        messages.success(request, said)


def _act(request: HttpRequest, order: Order, line: Line, at: datetime) -> str:
    """:raises Refusal: as the operation. :raises BadInput: none of what is offered."""
    wanted = request.POST.get("choice", "")
    if wanted == _TRAIN:
        return _name_train(request, line, at)
    row = disrupted.affected_ride(line)
    if row is None or wanted not in _OFFERED:
        raise BadInput(field="choice")
    choice = RideChoice(wanted)
    ref = request.POST.get("ref", "")[:80]
    row.line.order = order
    lines.choose(row=row, choice=choice, ref=ref, owner=pages.owner_of(request, order), at=at)
    return wording.chosen(choice)


def _name_train(request: HttpRequest, line: Line, at: datetime) -> str:
    day = request.POST.get("day", "")
    train = lines.name_train(
        line=line, number=request.POST.get("train", "")[:20],
        day=read_day(day, field="day") if day else None, at=at,
    )  # fmt: skip
    if train is None:
        return _("No train is named any more.")
    return _("We watch train %(number)s for you.") % {"number": train.number}
