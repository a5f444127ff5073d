"""What an enrolled device asks for. Every request but the first is signed by the device's own key.

No cookie says who asks, hence no CSRF token; answers are JSON, refusals problem+json. The formats are
written down in docs/algorithms/gates.md for partners who build a gate of their own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.identity import actors
from accounts.organisations.access import is_verified, organisation_ids
from accounts.organisations.models import DESK_ROLES
from bookings.contracts import Direction
from bookings.gates import loads, operations, signing
from bookings.gates.models import GateDevice
from bookings.gates.operations import Heard, Told
from bookings.gates.queries import rights
from bookings.vouchers import posts, sheets
from kernel import clock
from kernel.errors import BadInput, NotFound, Refusal
from kernel.places.models import Region
from kernel.web import problems
from kernel.web.caching import never_cache
from kernel.web.refusals import as_refusal
from kernel.web.requests import client_ip

BYTES = "application/octet-stream"

Asked = Callable[[HttpRequest, GateDevice, datetime], HttpResponse]


class Enrolment(msgspec.Struct):
    """The code that the desk gave, and the key that the device made (base64url of 65 bytes)."""

    code: str
    public_key: str


class Beat(msgspec.Struct):
    """What a device says of itself."""

    version: str
    queue: int
    cursor: int
    battery: int | None = None


class Scanned(msgspec.Struct):
    """One scan. ``at_ms`` by the device's corrected clock; ``sure`` false where it cannot trust it;
    ``post`` where it was made, empty: where the device stands."""

    seq: int
    at_ms: int
    text: str = ""
    carrier: int = 0
    direction: str = "IN"
    persons: int | None = None
    shown: str = "CODE"
    offline: bool = False
    let_in: bool = False
    reason: str = ""
    sure: bool = True
    post: str = ""


class Move(msgspec.Struct):
    """Where a device that roams stands from now on."""

    post: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Undo(msgspec.Struct):
    """Which scan was wrong, and why."""

    seq: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    reason: str


class Batch(msgspec.Struct):
    """Scans, at most a hundred."""

    scans: list[Scanned]


_MOST_REASON = 200
_MOST_SCANS, _MOST_TEXT, _MOST_PERSONS = 100, 800, 500
_SHOWN = {"CODE", "PAPER", "DOCUMENT", "DIGITS", "LIST"}
_MOST_NUMBER = 2**53
_MOST_KEY = 120


def for_devices(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A POST without cookies whose refusals are JSON."""

    @csrf_exempt
    @require_POST
    @never_cache
    @wraps(view)
    def answered(request: HttpRequest, *args: Any) -> HttpResponse:
        try:
            return view(request, *args)
        except Exception as error:
            refusal = as_refusal(error)
            if refusal is None:
                raise
            return problems.problem(refusal)

    return answered


def signed(view: Asked) -> Callable[..., HttpResponseBase]:
    """The same for an enrolled device: it signs every request (bookings.gates.signing)."""

    @for_devices
    @wraps(view)
    def admitted(request: HttpRequest) -> HttpResponse:
        at, headers = clock.now(), signing.read(request.headers)
        if headers is None:
            raise operations.ShutOut
        device = operations.admit(
            signed=headers,
            method=request.method or "",
            path=request.get_full_path(),
            body=request.body,
            at=at,
        )
        return view(request, device, at)

    return admitted


@for_devices
def enrol(request: HttpRequest) -> HttpResponse:
    """Take a device in; what it needs to know of itself."""
    at, asked = clock.now(), _read(request, Enrolment)
    device = operations.enrol(
        code=asked.code[:20],
        public_key=signing.unpack(asked.public_key[:100]),
        address=client_ip(request),
        at=at,
    )
    return JsonResponse(_about(device, at), status=201)


@signed
def beat(request: HttpRequest, device: GateDevice, at: datetime) -> HttpResponse:
    """Hear how the device is; tell it the time, the keys that are good, and the key of today's tags."""
    said = _read(request, Beat)
    if not (0 <= said.queue < 2**31 and 0 <= said.cursor < _MOST_NUMBER):
        raise BadInput
    battery = said.battery if said.battery is not None and 0 <= said.battery <= 100 else None
    heard = Heard(said.version[:40], said.queue, battery, said.cursor)
    operations.hear(device=device, heard=heard)
    return JsonResponse(_about(device, at))


@signed
def bundle(request: HttpRequest, device: GateDevice, at: datetime) -> HttpResponse:
    """All rights of today; 304 where they are those of the list that the device has.

    A list that is still true is true up to a later event: the header says up to which.
    """
    today = _today(device, at)
    _prepare(today)
    found = rights.whole(today)
    about = {
        "ETag": f'"{found.tag}"', "X-Gate-Cursor": str(found.cursor), **_load_header(today, at),
    }  # fmt: skip
    if request.headers.get("If-None-Match") == about["ETag"]:
        return HttpResponse(status=304, headers=about)
    return HttpResponse(found.signed(at), content_type=BYTES, headers=about)


@signed
def changes(request: HttpRequest, device: GateDevice, at: datetime) -> HttpResponse:
    """What has changed since; 205: too much, load everything."""
    since = request.GET.get("since", "")
    if not (since.isascii() and since.isdecimal() and len(since) <= 15):
        raise BadInput(field="since")
    today = _today(device, at)
    _prepare(today)
    found = rights.changes(today, since=int(since))
    return HttpResponse(
        found or b"",
        content_type=BYTES,
        status=200 if found else 205,
        headers=_load_header(today, at),
    )


@signed
def scans(request: HttpRequest, device: GateDevice, at: datetime) -> HttpResponse:
    """Take scans in, whatever their order; an answer for each."""
    batch = _read(request, Batch)
    if len(batch.scans) > _MOST_SCANS:
        raise BadInput(field="scans")
    here = operations.post_of(device, at=at)
    keys = {each.post for each in batch.scans if len(each.post) <= _MOST_KEY} - {"", here.key}
    others = {key: _scanned_at(device, key, at) for key in keys}
    told = [_told(each, at, others.get(each.post)) for each in batch.scans]
    answers = operations.take_in(device=device, post=here, scans=told, at=at)
    return JsonResponse({"answers": answers, "now_ms": _ms(at)})


def _scanned_at(device: GateDevice, key: str, at: datetime) -> posts.Post | None:
    """A post that a scan names; one that cannot be is no reason to lose the scan."""
    try:
        return operations.scanned_at(device, key=key, at=at)
    except NotFound:
        return None


@signed
def departures(request: HttpRequest, device: GateDevice, at: datetime) -> HttpResponse:
    """Where a device that roams may stand today; where it stands now."""
    found = operations.departures(device, at=at)
    rows = [
        {
            "key": post.key, "title": post.title, "subtitle": post.subtitle,
            "starts_ms": _ms(post.starts_at) if post.starts_at else 0,
        }
        for post in found
    ]  # fmt: skip
    return JsonResponse({"post": device.post_key, "departures": rows})


@signed
def move(request: HttpRequest, device: GateDevice, at: datetime) -> HttpResponse:
    """Let a device that roams stand elsewhere; what it needs to know of itself there."""
    operations.move(device=device, key=_read(request, Move).post, at=at)
    return JsonResponse(_about(device, at))


class ChiefMissing(Refusal):
    """Nobody who may take scans back has signed in on this device."""

    code = "chief_missing"
    status = 403
    message = _("The chief must sign in on this device first.")


@signed
def undo(request: HttpRequest, device: GateDevice, at: datetime) -> HttpResponse:
    """Take a scan of this device back: the device asks, and the chief has signed in on it."""
    said = _read(request, Undo)
    own = device.organisation_id in organisation_ids(request, *DESK_ROLES)
    if not own or not is_verified(request):
        raise ChiefMissing
    operations.undo(
        device=device,
        sequence=said.seq,
        actor=actors.actor_of(request),
        reason=said.reason[:_MOST_REASON],
        at=at,
    )
    return JsonResponse({"seq": said.seq, "undone": True})


def _read(request: HttpRequest, kind: type[Any]) -> Any:
    """:raises BadInput: no such JSON, or text that the database cannot keep, by whatever name."""
    if b"\\u0000" in request.body:
        raise BadInput
    try:
        return msgspec.json.decode(request.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadInput from None


def _told(said: Scanned, at: datetime, post: posts.Post | None) -> Told:
    if not _is_sane(said):
        raise BadInput(field="scans")
    moment = datetime.fromtimestamp(said.at_ms / 1000, UTC) if said.sure else at
    return Told(
        sequence=said.seq,
        at=moment,
        text=said.text,
        carrier_id=said.carrier,
        direction=said.direction,
        persons=said.persons,
        shown=said.shown,
        is_offline=said.offline,
        let_in=said.let_in,
        reason=said.reason,
        post=post,
    )


def _is_sane(said: Scanned) -> bool:
    return (
        1 <= said.seq < _MOST_NUMBER
        and 0 <= said.at_ms < 2**42
        and 0 <= said.carrier < _MOST_NUMBER
        and len(said.text) <= _MOST_TEXT
        and said.direction in set(Direction)
        and said.shown in _SHOWN
        and len(said.post) <= _MOST_KEY
        and (said.persons is None or 1 <= said.persons <= _MOST_PERSONS)
    )


def _about(device: GateDevice, at: datetime) -> dict[str, Any]:
    today = _today(device, at)
    return {
        **rights.head_of(today),
        "load": _load(today, at),
        "now_ms": _ms(at),
        "tag_key": base64.b64encode(today.key).decode(),
    }


def _load(today: rights.Today, at: datetime) -> dict[str, Any] | None:
    """How full it is behind the gate; None where nobody counts."""
    load = loads.load_of(today.post.zone, at=at)
    return load.told() if load else None


def _load_header(today: rights.Today, at: datetime) -> dict[str, str]:
    """The same beside a list, which is asked for every few seconds: JSON in ASCII."""
    return {"X-Gate-Load": json.dumps(_load(today, at))}


def _today(device: GateDevice, at: datetime) -> rights.Today:
    region = Region.objects.get(pk=device.region_id)
    return rights.Today(device, operations.post_of(device, at=at), region, at)


def _prepare(today: rights.Today) -> None:
    """Before a list of people is made, everybody on it has a seat."""
    if today.post.lists_people:
        sheets.prepare(zone=today.post.zone, at=today.at)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
