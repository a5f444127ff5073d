"""Pages of draws: all of a region, one with its list and its proof, entering and leaving."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.draws import operations, queries
from bookings.draws.forms import EnterForm
from bookings.draws.models import Draw, DrawState
from bookings.payments import operations as payments
from bookings.waitlist.operations.checking import Quote
from bookings.waitlist.options import Options, options_of
from kernel import clock, codes
from kernel.errors import Refusal
from kernel.places import queries as places
from kernel.web.paging import page_of

_SHOWN = 100


@require_safe
def list_draws(request: HttpRequest, region: str) -> HttpResponse:
    """The draws of a region, the next to close first."""
    place = places.get_region(region)
    page = page_of(request, queries.of_region(place.pk), by=("-closes_at", "-pk"))
    context = {"region": place, "page": page, "zone": place.timezone}
    return render(request, "bookings_draws/list.html", context)


@require_safe
def show(request: HttpRequest, draw_id: int) -> HttpResponse:
    """One draw: how it stands, one's own numbers, what was bound, and how to work it out again."""
    draw, at = queries.get(draw_id), clock.now()
    published = queries.published(draw)
    context = {
        "draw": draw,
        "region": draw.region,
        "zone": draw.region.timezone,
        "published": published,
        "entries": published.get("entries", [])[:_SHOWN],
        "count": len(published.get("entries", [])),
        "own": queries.slips_of(draw, actors.all_of(request)),
        "is_open": draw.state == DrawState.OPEN and draw.closes_at > at,
    }
    return render(request, "bookings_draws/draw.html", context)


@require_safe
def download(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Everything that is public of a draw, for whoever works it out again."""
    body = json.dumps(queries.published(queries.get(draw_id)), ensure_ascii=False, indent=1)
    return HttpResponse(
        body,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="draw-{draw_id}.json"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Say who goes; look at what it would cost; enter. Where nobody is named, sign in first."""
    draw, at = queries.get(draw_id), clock.now()
    options = options_of(region=draw.region, kind=draw.kind, ref=draw.ref, at=at)
    if not options.needs_names and not actors.phone_index_of(request):
        messages.info(request, operations.PhoneUnproven().reason)
        return redirect(f"{reverse('identity:sign-in')}?next={request.path}")
    form = _form(request, draw, options)
    found: Quote | None = None
    if request.method == "POST" and form.is_valid():
        wish = _wish(request, form)
        try:
            found = operations.look(draw, wish, at=at)
            if form.cleaned_data["limit"] is not None:
                operations.enter(draw, wish, at=at)
                messages.success(request, _("You are in the draw. We send word how it ended."))
                return redirect("draws:show", draw.pk)
        except Refusal as refusal:
            form.refuse(refusal)
            found = None
        else:
            form.suggest_limit(found.total_fen)
    context = {
        "draw": draw, "region": draw.region, "zone": draw.region.timezone, "form": form,
        "found": found, "options": options,
    }  # fmt: skip
    return render(request, "bookings_draws/enter.html", context)


@require_POST
def leave(request: HttpRequest, draw_id: int, slip_id: int) -> HttpResponse:
    """Take one's party out again."""
    draw = queries.get(draw_id)
    slip = queries.get_slip(slip_id, draw=draw, actors=actors.all_of(request))
    try:
        operations.leave(slip=slip, at=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("You are no longer in the draw."))
    return redirect("draws:show", draw.pk)


def _form(request: HttpRequest, draw: Draw, options: Options) -> EnterForm:
    user = actors.user_of(request)
    ways = payments.ways_unasked(payer=user.actor, currency=options.wanted.currency) if user else []
    return EnterForm(
        request.POST if request.method == "POST" else None,
        options=options,
        region=draw.region,
        book=travellers.people_of(actors=actors.all_of(request)) if options.needs_names else [],
        ways=ways,
        contact=actors.phone_of(request),
        request_key=codes.new_token(),
    )


def _wish(request: HttpRequest, form: EnterForm) -> operations.EnterRequest:
    user, sent = actors.user_of(request), form.cleaned_data
    given: dict[str, Any] = {
        "actor": actors.actor_of(request),
        "owners": actors.all_of(request),
        "user_id": user.pk if user else None,
        "request_key": sent["request_key"],
        "party": form.party,
        "limit_fen": sent["limit"] or 0,
        "pay_by": sent["pay_by"],
        "language": get_language() or "zh-hans",
        "contact": sent["contact"],
        "phone_index": actors.phone_index_of(request),
    }
    return operations.EnterRequest(**given)
