"""The desk's board: devices and how they are, invitations, incidents to look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import actors
from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import DESK_ROLES
from bookings.gates import operations
from bookings.gates.forms import CloseForm, InviteForm
from bookings.gates.models import Alone
from bookings.gates.queries import board as queries
from bookings.vouchers import posts
from kernel import clock, codes
from kernel.errors import Refusal
from kernel.naming import say
from kernel.web import problems
from kernel.web.caching import never_cache


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def board(request: HttpRequest) -> HttpResponse:
    """Every gate device of the person's organisations, and what waits to be looked at."""
    return render(request, "bookings_gates/board.html", _shown(request, clock.now()))


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def now(request: HttpRequest) -> HttpResponse:
    """The part of the board that changes by itself."""
    return render(request, "bookings_gates/_now.html", _shown(request, clock.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*DESK_ROLES)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a device to a post; the code is shown this once."""
    at, own = clock.now(), organisation_ids(request, *DESK_ROLES)
    standing = [
        post for post in posts.list_all(organisation_ids=own, at=at) if post.starts_at is None
    ]
    form = InviteForm(request.POST if request.method == "POST" else None, posts=standing)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        post = next(each for each in standing if each.key == form.cleaned_data["post"])
        code = operations.invite(
            post=post,
            alone=Alone(form.cleaned_data["alone"]),
            actor=actors.actor_of(request),
            at=at,
        )
        context["code"] = codes.group(code, 4)
        context["place"] = say(operations.place_of(post))
    return render(request, "bookings_gates/invite.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*DESK_ROLES)
def shut_out(request: HttpRequest, device_id: int) -> HttpResponse:
    """Ask once more, then shut the device out."""
    at, own = clock.now(), organisation_ids(request, *DESK_ROLES)
    shown = [one for one in queries.devices(organisation_ids=own, at=at) if one.pk == device_id]
    if not shown:
        raise Http404
    if request.method != "POST":
        return render(request, "bookings_gates/shut_out.html", {"device": shown[0]})
    operations.shut_out(
        device_id=device_id, organisation_ids=own, actor=actors.actor_of(request), at=at
    )
    messages.success(request, gettext("The device is shut out from its next request on."))
    return redirect("gates:board")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*DESK_ROLES)
def incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    """One incident: both gates, what to do, and a word about what was done."""
    own = organisation_ids(request, *DESK_ROLES)
    found = queries.incidents(organisation_ids=own, pk=incident_id)
    if not found:
        raise Http404
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.close(
                incident_id=incident_id,
                organisation_ids=own,
                actor=actors.actor_of(request),
                note=form.cleaned_data["note"],
                at=clock.now(),
            )
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            form.refuse(refusal)
        else:
            messages.success(request, gettext("Looked at. The pass opens gates again."))
            return redirect("gates:board")
    return render(request, "bookings_gates/incident.html", {"incident": found[0], "form": form})


def _shown(request: HttpRequest, at: datetime) -> dict[str, Any]:
    own = organisation_ids(request, *DESK_ROLES)
    return {
        "devices": queries.devices(organisation_ids=own, at=at),
        "incidents": queries.incidents(organisation_ids=own),
        "at": at,
    }
