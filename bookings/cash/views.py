"""The counter's pages: open a drawer, take cash for an order, pay out, count and close, the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.identity import actors
from accounts.organisations import queries as organisations
from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import Role
from bookings.cash import operations, queries
from bookings.dues import operations as dues
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments.models import AttemptState
from kernel import clock
from kernel.errors import BadInput, NotFound, Refusal
from kernel.money import parse_yuan
from kernel.web.caching import never_cache
from kernel.web.paging import page_of
from kernel.web.requests import whole
from kernel.web.templatetags.quanyu import money

STAFF = (Role.COUNTER, Role.OPERATOR, Role.ADMIN)


@require_safe
@never_cache
@member_required(*STAFF)
def counter(request: HttpRequest) -> HttpResponse:
    """The drawer, what waits to be paid out, and past shifts; or the form that opens a shift."""
    own = organisation_ids(request, *STAFF)
    shift = queries.open_of(actors.actor_of(request))
    context = {
        "shift": shift,
        "organisations": [
            membership.organisation
            for membership in organisations.memberships(request.user)
            if membership.role in STAFF
        ],
        "waiting": queries.waiting(own & {shift.organisation_id} if shift else own)[:50],
        "page": page_of(request, queries.shifts(own), by=("-opened_at", "-pk"), size=10),
    }
    return render(request, "bookings_cash/counter.html", context)


@require_POST
@never_cache
@member_required(*STAFF)
def open_shift(request: HttpRequest) -> HttpResponse:
    """Begin with so much change."""
    organisation_id = whole(request.POST.get("organisation"), field="organisation")
    if organisation_id not in organisation_ids(request, *STAFF):
        raise Http404
    try:
        operations.open_shift(
            clerk_id=request.user.pk or 0,
            organisation_id=organisation_id,
            float_fen=_sum(request, "float"),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("cash:counter")


@require_POST
@never_cache
@member_required(*STAFF)
def close_shift(request: HttpRequest) -> HttpResponse:
    """Count, close, and see the report."""
    try:
        shift = operations.close_shift(
            actor=actors.actor_of(request),
            counted_fen=_sum(request, "counted"),
            note=request.POST.get("note", ""),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("cash:counter")
    return redirect("cash:report", shift.pk)


@require_safe
@never_cache
@member_required(*STAFF)
def report(request: HttpRequest, shift_id: int) -> HttpResponse:
    """One shift with all that went in and out, to print and sign."""
    shift = queries.shifts(organisation_ids(request, *STAFF)).filter(pk=shift_id).first()
    if shift is None:
        raise Http404
    context = {
        "shift": shift,
        "movements": queries.movements(shift),
        "zone": shift.organisation.region.timezone if shift.organisation.region else "UTC",
    }
    return render(request, "bookings_cash/report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*STAFF)
def take(request: HttpRequest) -> HttpResponse:
    """What an order asks for now; a post says that it lies in the drawer."""
    data = request.POST if request.method == "POST" else request.GET
    at = clock.now()
    try:
        order = _order(request, data.get("code", ""))
        payable = _payable(order, at)
        if request.method == "POST":
            _take(request, payable, at)
            return redirect("cash:counter")
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect("cash:counter")
    context = {"order": order, "payable": payable, "region": order.region}
    return render(request, "bookings_cash/take.html", context)


def _order(request: HttpRequest, code: str) -> Order:
    """An order of a region that the person works in, by the code that the buyer says."""
    regions = organisations.regions_of(request.user)
    found = Order.objects.filter(code=code.strip().upper()[:20], region_id__in=regions)
    order = found.select_related("region").first()
    if order is None:
        raise NotFound(field="code")
    return order


def _payable(order: Order, at: datetime) -> payments.Payable:
    found = dues.next_of(order, at=at) if order.paid_at else payments.next_of(order, at=at)
    if found is None:
        raise payments.NotPayable
    return found


def _take(request: HttpRequest, payable: payments.Payable, at: datetime) -> None:
    """Take what was shown, and say how much to give back.

    :raises BadInput: another sum is due now, or too little was given. Otherwise as ``pay``.
    """
    if whole(request.POST.get("shown_fen"), field="shown_fen") != payable.amount_fen:
        raise BadInput(field="shown_fen")
    given_fen = _sum(request, "given") if request.POST.get("given", "").strip() else None
    if given_fen is not None and given_fen < payable.amount_fen:
        raise BadInput(field="given")
    attempt = payments.pay(
        payable=replace(payable, payer=actors.actor_of(request)),
        provider="cash",
        at=at,
        buyer=payments.Buyer(return_url=request.build_absolute_uri(reverse("cash:counter"))),
    )
    if attempt.state != AttemptState.SUCCEEDED:
        raise operations.NoShift
    words = {"sum": money(payable.amount_fen), "code": payable.words}
    messages.success(request, _("%(sum)s taken for %(code)s.") % words)
    if given_fen is not None and given_fen > payable.amount_fen:
        change = {"change": money(given_fen - payable.amount_fen)}
        messages.info(request, _("Give back %(change)s.") % change)


@require_POST
@never_cache
@member_required(*STAFF)
def pay_out(request: HttpRequest, payout_id: int) -> HttpResponse:
    """Hand a refund out of the drawer."""
    try:
        payout = operations.pay_out(
            payout_id=payout_id,
            actor=actors.actor_of(request),
            organisation_ids=organisation_ids(request, *STAFF),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        words = {"sum": money(payout.fen), "code": payout.taking.words}
        messages.success(request, _("%(sum)s paid out for %(code)s.") % words)
    return redirect("cash:counter")


def _sum(request: HttpRequest, field: str) -> int:
    """A sum of yuan in fen."""
    try:
        return parse_yuan(request.POST.get(field, "").strip())
    except ValueError:
        raise BadInput(field=field) from None
