"""Numbers for the time without a network: reserve, fetch with their codes, account for. All in JSON.

The page that sells them lives in the browser: it is kept there with its script by a worker of its own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.identity import actors
from accounts.organisations.access import member_required
from bookings.cash import operations as drawers
from bookings.cash import queries as cash
from bookings.cash.models import Shift
from bookings.cash.queries import STAFF
from bookings.desk import operations, queries
from bookings.desk.forms import classes_in
from bookings.desk.models import NumberBlock
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web import problems

_MOST_BYTES = 100_000
_MOST_WHO = 120
_KEPT = (
    "css/tokens.css", "css/base.css", "css/layout.css", "css/components/button.css",
    "css/components/field.css", "css/components/alert.css", "css/components/desk.css",
    "css/components/roll.css", "css/components/roll-80.css", "js/desk/offline.js",
    "js/desk/sealing.js", "js/desk/store.js", "vendor/qrcode-generator-2.0.4.js",
)  # fmt: skip


@require_safe
@member_required(*STAFF)
def offline(request: HttpRequest) -> HttpResponse:
    """The page that sells reserved numbers; the same for everybody, it knows nothing by itself."""
    context = {
        "static_root": settings.STATIC_URL,
        "styles": [name for name in _KEPT if name.endswith(".css")],
        "desk_url": reverse("desk:sell"),
        "block_url": reverse("desk:block"),
        "merge_url": reverse("desk:merge"),
    }
    return render(request, "bookings_desk/offline.html", context)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of what it keeps."""
    kept = [reverse("desk:offline"), *(settings.STATIC_URL + name for name in _KEPT)]
    head = f"const KEPT = {json.dumps(kept)};\nconst OFFLINE = {json.dumps(kept[0])};\n"
    source = (settings.BASE_DIR / "static" / "js" / "desk" / "worker.js").read_text()
    return HttpResponse(head + source, content_type="text/javascript; charset=utf-8")


@require_POST
@member_required(*STAFF)
def reserve(request: HttpRequest) -> HttpResponse:
    """Reserve so many numbers of each class of a thing for this browser."""
    kind, _colon, ref = request.POST.get("what", "").partition(":")
    counts: dict[str, int] = {}
    for code in classes_in(request.POST):
        counts[code] = counts.get(code, 0) + 1
    try:
        block = operations.reserve(
            kind=kind[:20],
            ref=ref[:80],
            counts=counts,
            device_key=request.POST.get("device_key", ""),
            shift=_shift(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        return problems.problem(refusal)
    return JsonResponse({"block": block.pk}, status=201)


@require_POST
@member_required(*STAFF)
def show(request: HttpRequest) -> HttpResponse:
    """A block with its numbers and codes, for the browser that has it; some may still be in the making."""
    try:
        found = _block(request, request.POST.get("block", ""), request.POST.get("device_key", ""))
    except Refusal as refusal:
        return problems.problem(refusal)
    return JsonResponse({**queries.block_told(found, at=clock.now()), "csrf": get_token(request)})


@require_POST
@member_required(*STAFF)
def merge(request: HttpRequest) -> HttpResponse:
    """Account for what was sold; again with the same numbers changes nothing."""
    try:
        said = _said(request)
        found = _block(request, str(said.get("block", "")), str(said.get("device_key", "")))
        merged = operations.merge(
            found,
            sales=[_sold(one) for one in said.get("sales", [])],
            is_done=said.get("done") is True,
            actor=actors.actor_of(request),
            shift=_shift(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        return problems.problem(refusal)
    return JsonResponse(
        {
            "accepted": merged.accepted,
            "refused": merged.refused,
            "unnamed": merged.unnamed,
            "closed": merged.is_closed,
        }
    )


def _shift(request: HttpRequest) -> Shift:
    """:raises NoShift: the drawer is closed."""
    shift = cash.open_of(actors.actor_of(request))
    if shift is None:
        raise drawers.NoShift
    return shift


def _block(request: HttpRequest, number: str, device_key: str) -> NumberBlock:
    return operations.find_block(
        int(number) if number.isdecimal() and len(number) < 18 else 0,
        device_key=device_key,
        organisation_id=_shift(request).organisation_id,
    )


def _said(request: HttpRequest) -> dict[str, Any]:
    """:raises BadInput: not a JSON object with a list of sales, or too long."""
    raw = request.body
    try:
        said = json.loads(raw) if len(raw) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("sales", []), list):
        raise BadInput
    return said


def _sold(one: Any) -> operations.Sold:
    """:raises BadInput: not a number with a moment."""
    try:
        given = one.get("given_fen")
        at = datetime.fromtimestamp(int(one["at_ms"]) / 1000, UTC)
        who = str(one.get("who") or "")[:_MOST_WHO]
        return operations.Sold(int(one["n"]), at, None if given is None else int(given), who)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError):
        raise BadInput(field="sales") from None
