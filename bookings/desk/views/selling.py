"""The desk: choose, scan, see the sum, type what is given, sell, print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.identity import actors
from accounts.organisations.access import member_required
from bookings.cash import operations as drawers
from bookings.cash import queries as cash
from bookings.cash.models import Shift
from bookings.cash.queries import STAFF
from bookings.classes import is_beside
from bookings.contracts import Listing, Offer
from bookings.desk import operations, queries
from bookings.desk.forms import SellForm
from kernel import clock, codes
from kernel.errors import Refusal
from kernel.naming import say
from kernel.web import problems
from kernel.web.templatetags.quanyu import money


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*STAFF)
def sell(request: HttpRequest) -> HttpResponse:
    """The desk. A first post without the sum that was shown asks for it; the next one sells."""
    shift = cash.open_of(actors.actor_of(request))
    if shift is None or shift.organisation.region is None:
        messages.error(request, drawers.NoShift().reason)
        return redirect("cash:counter")
    listings = queries.listings(shift, at=clock.now())
    chosen = _chosen(listings, request.POST.get("what") or request.GET.get("what", ""))
    form = SellForm(request.POST if request.method == "POST" else None, initial=_fresh())
    offer = None
    if form.is_bound and chosen is not None and form.is_valid():
        outcome = _do(request, form, chosen, shift)
        if isinstance(outcome, HttpResponse):
            return outcome
        offer = outcome
    return _page(request, shift, listings, chosen, form, offer)


@require_POST
@member_required(*STAFF)
def price(request: HttpRequest) -> HttpResponse:
    """What was typed so far costs this: for the script of the desk."""
    shift = cash.open_of(actors.actor_of(request))
    if shift is None:
        return problems.problem(drawers.NoShift())
    kind, _colon, ref = request.POST.get("what", "").partition(":")
    form = SellForm(request.POST)
    if not form.is_valid():
        words = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"reason": " ".join(words)}, status=400)
    try:
        offer = operations.quote(form.wish(kind[:20], ref[:80]), shift=shift, at=clock.now())
    except Refusal as refusal:
        return JsonResponse({"reason": refusal.reason}, status=refusal.status)
    return JsonResponse(_told(offer))


def _told(offer: Offer) -> dict[str, Any]:
    return {
        "total_fen": offer.price_fen,
        "total": money(offer.price_fen),
        "parts": [{"title": say(p.title), "price": money(p.price_fen)} for p in offer.parts],
    }


def _do(
    request: HttpRequest, form: SellForm, chosen: Listing, shift: Shift
) -> HttpResponse | Offer | None:
    """Sell, or say what it costs; None where the form says why not."""
    wish, at = form.wish(chosen.kind, chosen.ref), clock.now()
    shown_fen = form.cleaned_data["shown_total_fen"]
    try:
        offer = operations.quote(wish, shift=shift, at=at)
        if shown_fen != offer.price_fen:
            return offer
        sale = operations.sell(
            wish,
            actor=actors.actor_of(request),
            shift=shift,
            shown_total_fen=shown_fen,
            given_fen=form.cleaned_data["given"],
            request_key=form.cleaned_data["request_key"],
            at=at,
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        form.refuse(refusal)
        return None
    if sale.given_fen is not None and sale.given_fen > sale.order.total_fen:
        back = money(sale.given_fen - sale.order.total_fen)
        messages.info(request, _("Give back %(change)s.") % {"change": back})
    return redirect("desk:print", sale.order.code)


def _page(
    request: HttpRequest,
    shift: Shift,
    listings: list[Listing],
    chosen: Listing | None,
    form: SellForm,
    offer: Offer | None,
) -> HttpResponse:
    region = shift.organisation.region
    if offer is not None:
        form.data = {**form.data.dict(), "shown_total_fen": str(offer.price_fen)}  # type: ignore[attr-defined]
    typed = form.data if form.is_bound else {}
    classes = queries.classes_of(chosen, at=clock.now()) if chosen else []
    context = {
        "region": region,
        "house": shift.organisation,
        "shift": shift,
        "listings": listings,
        "chosen": chosen,
        "classes": [(part, typed.get(f"n_{part.class_code}", "")) for part in classes],
        "to_reserve": [part for part in classes if not is_beside(part.class_code)],
        "form": form,
        "offer": offer,
        "price_url": reverse("desk:price"),
    }
    return render(request, "bookings_desk/sell.html", context)


def _chosen(listings: list[Listing], text: str) -> Listing | None:
    """The listing that was chosen ("kind:ref"); else what began last, or begins first."""
    kind, _colon, ref = text.partition(":")
    found = next((each for each in listings if (each.kind, each.ref) == (kind, ref)), None)
    begun = [each for each in listings if each.starts_at <= clock.now()]
    return found or next(iter([*begun[-1:], *listings]), None)


def _fresh() -> dict[str, str]:
    return {"request_key": codes.new_token()}
