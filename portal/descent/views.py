"""The operator's pages of the ways down: the mountains, one mountain, a bus is sent."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import DESK_ROLES
from kernel import clock
from kernel.errors import Refusal
from kernel.web.caching import never_cache
from kernel.web.polling import polled
from portal.descent import board, operations, queries
from portal.descent.forms import SendForm, fresh
from portal.descent.models import Mountain
from transport.direct.models import DirectShuttle


def _mountain(request: HttpRequest, mountain_id: int) -> Mountain:
    return queries.get_mountain(
        mountain_id, organisation_ids=organisation_ids(request, *DESK_ROLES)
    )


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def boards(request: HttpRequest) -> HttpResponse:
    """The mountains of the person's houses, with who is up now."""
    at = clock.now()
    found = queries.of_organisations(organisation_ids(request, *DESK_ROLES))
    rows = [(each, queries.now_at(each, at=at)) for each in found]
    return render(request, "portal_descent/boards.html", {"rows": rows})


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def show(request: HttpRequest, mountain_id: int) -> HttpResponse:
    """One mountain."""
    return _page(request, _mountain(request, mountain_id), None, clock.now())


@require_safe
@member_required(*DESK_ROLES)
def state(request: HttpRequest, mountain_id: int) -> HttpResponse:
    """Its figures, for the page that asks again."""
    now = queries.now_at(_mountain(request, mountain_id), at=clock.now())
    return polled(request, board.texts(now))


@require_POST
@never_cache
@member_required(*DESK_ROLES)
def send(request: HttpRequest, mountain_id: int) -> HttpResponse:
    """Send one more bus."""
    mountain, at = _mountain(request, mountain_id), clock.now()
    shuttles = _own_buses(request, mountain)
    form = SendForm(request.POST, shuttles=queries.named(shuttles))
    if form.is_valid():
        said = form.cleaned_data
        try:
            operations.send_bus(
                mountain=mountain,
                shuttle=next(one for one in shuttles if one.pk == said["shuttle"]),
                minutes=said["minutes"], seats=said["seats"], request_key=said["request_key"],
                actor=f"user:{request.user.pk}", at=at,
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is sent, and its places count."))
            return redirect("descent:board", mountain.pk)
    return _page(request, mountain, form, at)


def _own_buses(request: HttpRequest, mountain: Mountain) -> list[DirectShuttle]:
    """The shuttles down that the person's own houses run."""
    own = organisation_ids(request, *DESK_ROLES)
    return [
        way.shuttle
        for way in queries.ways_of(mountain)
        if way.is_down and way.shuttle is not None and way.shuttle.line.organisation_id in own
    ]


def _page(
    request: HttpRequest, mountain: Mountain, form: SendForm | None, at: datetime
) -> HttpResponse:
    now, buses = queries.now_at(mountain, at=at), _own_buses(request, mountain)
    empty = (
        fresh(queries.named(buses), lead_min=mountain.lead_min, seats=mountain.bus_seats)
        if buses
        else None
    )
    context = {
        "mountain": mountain,
        "region": mountain.region,
        "zone": mountain.region.timezone,
        "now": now,
        "texts": board.texts(now),
        "curve": board.curve(now, at=at),
        "shortfall": queries.open_shortfall(mountain),
        "ways": queries.ways_of(mountain),
        "send": form or empty,
        "width": board.WIDTH,
        "height": board.HEIGHT,
    }
    return render(request, "portal_descent/board.html", context)
