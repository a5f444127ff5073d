"""The waiting list's pages: join, my lists, what became of one, decline, leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.orders import operations as orders
from bookings.payments import operations as payments
from bookings.waitlist import operations, queries
from bookings.waitlist.forms import JoinForm
from bookings.waitlist.models import EntryState
from bookings.waitlist.operations import JoinRequest
from bookings.waitlist.operations.checking import Quote
from bookings.waitlist.options import Options, options_of
from kernel import clock, codes
from kernel.errors import BadInput, Refusal
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web.paging import page_of


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, region: str) -> HttpResponse:
    """Say what would do and who goes; look at the totals; take a place."""
    place, at = places.get_region(region), clock.now()
    kind, ref = _text(request, "kind", 20), _text(request, "ref", 80)
    options = options_of(region=place, kind=kind, ref=ref, at=at)
    form = _form(request, place, options)
    quotes: list[Quote] = []
    if request.method == "POST" and form.is_valid():
        wish = _wish(request, place, kind, form)
        try:
            quotes = operations.look(wish, at=at)
            if form.cleaned_data["limit"] is not None:
                entry = operations.join(wish, at=at)
                messages.success(
                    request, _("You are in the list. We send word when it is your turn.")
                )
                return redirect("waitlist:show", entry.pk)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.suggest_limit(max(each.total_fen for each in quotes))
    context = {
        "region": place, "options": options, "form": form, "quotes": quotes,
        "ahead": _ahead(options), "chance": _chance(place, kind, options, quotes, at),
        "minutes": int(operations.CLAIM_FOR.total_seconds() // 60),
    }  # fmt: skip
    return render(request, "bookings_waitlist/join.html", context)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Every list this person is or was in."""
    page = page_of(request, queries.of_actors(actors.all_of(request)), by=("-pk",))
    return render(request, "bookings_waitlist/list.html", {"page": page})


@require_safe
def show(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Rank, what was decided, and what to do now."""
    entry = queries.get(entry_id, actors=actors.all_of(request))
    order = entry.order if entry.state == EntryState.OFFERED else None
    context = {
        "entry": entry,
        "region": entry.region,
        "rank": queries.rank(entry),
        "passings": queries.passings(entry),
        "chance": queries.chance(entry, at=clock.now()),
        "must_pay": order is not None,
        "hold_s": int((order.due_at - order.placed_at).total_seconds()) if order else 0,
    }
    return render(request, "bookings_waitlist/entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Ask, then give up the place in the list."""
    entry = queries.get(entry_id, actors=actors.all_of(request))
    if request.method == "POST":
        if operations.leave(entry=entry, at=clock.now()):
            messages.success(request, _("You have left the list."))
        return redirect("waitlist:show", entry.pk)
    context = {"entry": entry, "region": entry.region, "is_won": False}
    return render(request, "bookings_waitlist/give_up.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Ask, then let what was won go on to the next party."""
    entry = queries.get(entry_id, actors=actors.all_of(request))
    if request.method == "POST":
        try:
            operations.decline(entry=entry, at=clock.now())
        except orders.NotWaiting as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _("It goes on to the next party."))
        return redirect("waitlist:show", entry.pk)
    context = {"entry": entry, "region": entry.region, "is_won": True}
    return render(request, "bookings_waitlist/give_up.html", context)


def _form(request: HttpRequest, place: Region, options: Options) -> JoinForm:
    user = actors.user_of(request)
    ways = payments.ways_unasked(payer=user.actor, currency=options.wanted.currency) if user else []
    return JoinForm(
        request.POST if request.method == "POST" else None,
        options=options,
        region=place,
        book=travellers.people_of(actors=actors.all_of(request)) if options.needs_names else [],
        ways=ways,
        contact=actors.phone_of(request),
        request_key=codes.new_token(),
    )


def _wish(request: HttpRequest, place: Region, kind: str, form: JoinForm) -> JoinRequest:
    user, sent = actors.user_of(request), form.cleaned_data
    return JoinRequest(
        actor=actors.actor_of(request),
        owners=actors.all_of(request),
        user_id=user.pk if user else None,
        request_key=sent["request_key"],
        region=place,
        kind=kind,
        refs=form.options.refs(sent["refs"]),
        party=form.party,
        limit_fen=sent["limit"] or 0,
        pay_by=sent["pay_by"],
        language=get_language() or "zh-hans",
        contact=sent["contact"],
    )


def _ahead(options: Options) -> int:
    """How many parties wait already for what one came for."""
    found = queries.lengths({demand.bucket_id for demand in options.wanted.all_demands()})
    return max(found.values(), default=0)


def _chance(
    place: Region, kind: str, options: Options, quotes: Sequence[Quote], at: datetime
) -> int | None:
    """The odds of what is asked for; before that is known, of one person for what one came for."""
    if quotes:
        wanted = [queries.Wanted(q.offers[0].starts_at, q.demands) for q in quotes]
        size = len(quotes[0].ask.party)
    else:
        units = {demand.bucket_id: demand.units for demand in options.wanted.all_demands()}
        wanted, size = [queries.Wanted(options.wanted.starts_at, units)], 1
    seller = queries.Seller(place.pk, options.wanted.supplier_id, kind)
    return queries.chance_of_joining(seller, wanted, size=size, at=at)


def _text(request: HttpRequest, name: str, most: int) -> str:
    data: Any = request.POST if request.method == "POST" and name in request.POST else request.GET
    text = data.get(name, "")
    if not 1 <= len(text) <= most:
        raise BadInput(field=name)
    return str(text)
