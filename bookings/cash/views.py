"""The counter's pages: open a drawer, take cash for an order, pay out, count and close, the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import actors
from accounts.organisations import queries as organisations
from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import Organisation
from bookings.cash import operations, queries
from bookings.cash.forms import CloseForm, OpenForm, TakeForm
from bookings.cash.queries import STAFF
from bookings.dues import operations as dues
from bookings.inventory.models import Channel
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments.models import AttemptState
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.caching import never_cache
from kernel.web.paging import page_of
from kernel.web.templatetags.quanyu import money


class NoSuchOrder(Refusal):
    """No order of this number in a region that the person works in."""

    code = "no_such_order"
    status = 404
    message = _("There is no order %(number)s here. Please compare it with the buyer's.")


@require_safe
@never_cache
@member_required(*STAFF)
def counter(request: HttpRequest) -> HttpResponse:
    """The drawer, what waits to be paid out, and past shifts; or the form that opens a shift."""
    return _counter(request)


def _counter(
    request: HttpRequest, *, opening: OpenForm | None = None, closing: CloseForm | None = None
) -> HttpResponse:
    """The page of the counter, with a form as it was sent where something is wrong with it."""
    own = organisation_ids(request, *STAFF)
    shift = queries.open_of(actors.actor_of(request))
    context = {
        "shift": shift,
        "opening": opening or OpenForm(organisations=_houses(request)),
        "closing": closing or CloseForm(),
        "code": request.GET.get("code", "")[:20],
        "waiting": queries.waiting(own & {shift.organisation_id} if shift else own)[:50],
        "page": page_of(request, queries.shifts(own), by=("-opened_at", "-pk"), size=10),
    }
    return render(request, "bookings_cash/counter.html", context)


def _houses(request: HttpRequest) -> list[Organisation]:
    """Where the person works at a counter."""
    found = organisations.memberships(request.user)
    return [membership.organisation for membership in found if membership.role in STAFF]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*STAFF)
def open_shift(request: HttpRequest) -> HttpResponse:
    """Begin with so much change."""
    if request.method != "POST":
        return redirect("cash:counter")
    form = OpenForm(request.POST, organisations=_houses(request))
    if form.has_error("organisation", "invalid_choice"):
        raise Http404
    if not form.is_valid():
        return _counter(request, opening=form)
    try:
        operations.open_shift(
            clerk_id=request.user.pk or 0,
            organisation_id=form.cleaned_data["organisation"],
            float_fen=form.cleaned_data["float"],
            at=clock.now(),
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        form.refuse(refusal)
        return _counter(request, opening=form)
    return redirect("cash:counter")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*STAFF)
def close_shift(request: HttpRequest) -> HttpResponse:
    """Count, close, and see the report."""
    if request.method != "POST":
        return redirect("cash:counter")
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _counter(request, closing=form)
    try:
        shift = operations.close_shift(
            actor=actors.actor_of(request),
            counted_fen=form.cleaned_data["counted"],
            note=form.cleaned_data["note"],
            at=clock.now(),
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        form.refuse(refusal)
        return _counter(request, closing=form)
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
    code, at = data.get("code", "").strip().upper()[:20], clock.now()
    try:
        order = _order(request, code)
        payable = _payable(order, at)
        form = TakeForm(
            request.POST if request.method == "POST" else None,
            code=order.code,
            due_fen=payable.amount_fen,
        )
        if request.method == "POST" and form.is_valid():
            _take(request, payable, form.cleaned_data["given"], at)
            # What was sold here is handed over here: its codes, to print or to scan.
            is_ours = order.channel == Channel.COUNTER
            return redirect("checkout:order", order.token) if is_ours else redirect("cash:counter")
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
        return redirect(f"{reverse('cash:counter')}?{urlencode({'code': code})}")
    context = {"order": order, "payable": payable, "form": form, "region": order.region}
    return render(request, "bookings_cash/take.html", context)


def _order(request: HttpRequest, code: str) -> Order:
    """An order of a region that the person works in, by the code that the buyer says."""
    regions = organisations.regions_of(request.user)
    found = Order.objects.filter(code=code, region_id__in=regions)
    order = found.select_related("region").first()
    if order is None:
        raise NoSuchOrder(number=code)
    return order


def _payable(order: Order, at: datetime) -> payments.Payable:
    found = dues.next_of(order, at=at) if order.paid_at else payments.next_of(order, at=at)
    if found is None:
        raise payments.NotPayable
    return found


def _take(
    request: HttpRequest, payable: payments.Payable, given_fen: int | None, at: datetime
) -> None:
    """Take what was shown, and say how much to give back.

    :raises NoShift: the drawer is closed. Otherwise as ``pay``.
    """
    attempt = payments.pay(
        payable=replace(payable, payer=actors.actor_of(request)),
        provider="cash",
        at=at,
        buyer=payments.Buyer(return_url=request.build_absolute_uri(reverse("cash:counter"))),
    )
    if attempt.state != AttemptState.SUCCEEDED:
        raise operations.NoShift
    words = {"sum": money(payable.amount_fen), "code": payable.words}
    messages.success(request, gettext("%(sum)s taken for %(code)s.") % words)
    if given_fen is not None and given_fen > payable.amount_fen:
        change = {"change": money(given_fen - payable.amount_fen)}
        messages.info(request, gettext("Give back %(change)s.") % change)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*STAFF)
def pay_out(request: HttpRequest, payout_id: int) -> HttpResponse:
    """Show what is to be handed out; a post says that it was handed over."""
    own = organisation_ids(request, *STAFF)
    try:
        if request.method != "POST":
            payout = queries.waiting(own).filter(pk=payout_id).first()
            if payout is None:
                raise operations.NothingToPayOut
            return render(request, "bookings_cash/pay_out.html", {"payout": payout})
        payout = operations.pay_out(
            payout_id=payout_id,
            actor=actors.actor_of(request),
            organisation_ids=own,
            at=clock.now(),
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
    else:
        words = {"sum": money(payout.fen), "code": payout.taking.words}
        messages.success(request, gettext("%(sum)s paid out for %(code)s.") % words)
    return redirect("cash:counter")
