"""The operator's pages of the live crowd: the boards, one board, what is done from it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import DESK_ROLES
from kernel import clock
from kernel.errors import NotFound, Refusal
from kernel.web.caching import never_cache
from tourism.areas.models import ScenicArea
from tourism.crowd import board, operations, queries
from tourism.crowd.forms import CorrectForm, StopForm
from tourism.crowd.models import Stop


def _area(request: HttpRequest, area_id: int) -> ScenicArea:
    return board.get_area(area_id, organisation_ids=organisation_ids(request, *DESK_ROLES))


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def boards(request: HttpRequest) -> HttpResponse:
    """The areas of the person's organisations, with who is inside now."""
    at = clock.now()
    found = list(board.areas_of(organisation_ids(request, *DESK_ROLES)))
    counted = queries.inside([area.pk for area in found], at=at)
    rows = [(area, counted[area.pk], board.percent_words(counted[area.pk])) for area in found]
    return render(request, "tourism_crowd/boards.html", {"rows": rows})


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def show(request: HttpRequest, area_id: int) -> HttpResponse:
    """One area's board."""
    area, at = _area(request, area_id), clock.now()
    return _page(request, area, CorrectForm(), at)


def _page(request: HttpRequest, area: ScenicArea, form: CorrectForm, at: datetime) -> HttpResponse:
    shown = board.board_of(area, at=at)
    context = {
        "board": shown,
        "area": area,
        "region": area.region,
        "zone": area.region.timezone,
        "texts": shown.texts(),
        "tone": board.LEVEL_TONES[shown.level],
        "doors": [
            (door, shown.texts()[f"in-{door.key}"], shown.texts()[f"out-{door.key}"])
            for door in shown.doors
        ],
        "stops": [
            (stop, board.may_undo(stop, at), _may_confirm(request, stop)) for stop in shown.stops
        ],
        "correct": form,
        "at": at,
        "width": board.WIDTH,
        "height": board.HEIGHT,
    }
    return render(request, "tourism_crowd/board.html", context)


def _may_confirm(request: HttpRequest, stop: Stop) -> bool:
    is_open = stop.needs_second and stop.confirmed_at is None and stop.ended_at is None
    return is_open and stop.made_by != _actor(request)


@require_safe
@member_required(*DESK_ROLES)
def state(request: HttpRequest, area_id: int) -> HttpResponse:
    """The board's figures, for the page that asks again; 304 where nothing has changed."""
    shown = board.board_of(_area(request, area_id), at=clock.now())
    body = json.dumps(shown.texts(), ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


@require_POST
@member_required(*DESK_ROLES)
def correct(request: HttpRequest, area_id: int) -> HttpResponse:
    """So many are inside: somebody has counted."""
    area, at, form = _area(request, area_id), clock.now(), CorrectForm(request.POST)
    if not form.is_valid():
        return _page(request, area, form, at)
    operations.correct(
        area=area, people=form.cleaned_data["people"], reason=form.cleaned_data["reason"],
        actor=_actor(request), at=at,
    )  # fmt: skip
    messages.success(request, _("It is written down."))
    return redirect("crowd:board", area.pk)


@require_POST
@member_required(*DESK_ROLES)
def tick(request: HttpRequest, area_id: int, duty_id: int) -> HttpResponse:
    """Tick a duty off."""
    area = _area(request, area_id)
    try:
        operations.tick(duty_id=duty_id, area_id=area.pk, actor=_actor(request), at=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    return redirect("crowd:board", area.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*DESK_ROLES)
def make_stop(request: HttpRequest, area_id: int) -> HttpResponse:
    """Say what is shut; look whom it meets; shut it."""
    area, at = _area(request, area_id), clock.now()
    form = StopForm(request.POST or None, area=area, at=at)
    context: dict[str, Any] = {"area": area, "region": area.region, "zone": area.region.timezone}
    if request.method == "POST" and form.is_valid():
        try:
            seen = operations.preview(form.wanted, at=at)
            if form.was_shown(seen.people):
                operations.stop(form.wanted, actor=_actor(request), at=at)
                messages.success(request, _("It is shut. It can be undone for a minute."))
                return redirect("crowd:board", area.pk)
            if form.cleaned_data["seen"]:
                words = _(
                    "It is not what was shown, or meets other people by now. Please look again."
                )
                messages.warning(request, words)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.show(seen.people)
            context["preview"] = seen
    return render(request, "tourism_crowd/stop.html", {**context, "form": form})


VERBS = {"undo": operations.undo, "confirm": operations.confirm, "reopen": operations.reopen}


@require_POST
@member_required(*DESK_ROLES)
def change_stop(request: HttpRequest, area_id: int, stop_id: int, verb: str) -> HttpResponse:
    """Undo, confirm or open again."""
    area = _area(request, area_id)
    if verb not in VERBS or not Stop.objects.filter(pk=stop_id, area=area).exists():
        raise NotFound
    try:
        VERBS[verb](stop_id=stop_id, actor=_actor(request), at=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("It is done."))
    return redirect("crowd:board", area.pk)
