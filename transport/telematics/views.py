"""What a vehicle's device asks for. Every request but the first is signed by the device's own key.

The formats are written down in docs/algorithms/realtime.md, for whoever builds such a device or a
gateway to terminals that speak JT/T 808.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from accounts.identity import limits
from bookings.gates import signing
from bookings.gates.admission import ShutOut
from bookings.gates.views.api import for_devices
from kernel import clock
from kernel.web.requests import client_ip
from transport.telematics import operations, reading
from transport.telematics.models import Tracker

MOST_A_MINUTE = 60
"""Requests of one device: a batch each second."""


def signed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A POST of an enrolled device, which signs it (bookings.gates.signing) and is not in a hurry."""

    @for_devices
    @wraps(view)
    def admitted(request: HttpRequest) -> HttpResponse:
        at, headers = clock.now(), signing.read(request.headers)
        if headers is None:
            raise ShutOut
        tracker = operations.admit(
            signed=headers,
            method=request.method or "",
            path=request.get_full_path(),
            body=request.body,
            at=at,
        )
        limits.spend([_a_minute(tracker)], at=at)
        return view(request, tracker, at)

    return admitted


@for_devices
def enrol(request: HttpRequest) -> HttpResponse:
    """Take a device in; its number and our time."""
    at, asked = clock.now(), reading.read(request.body, reading.Enrolment)
    tracker = operations.enrol(
        code=asked.code,
        public_key=signing.unpack(asked.public_key),
        address=client_ip(request),
        at=at,
    )
    about = {"device": tracker.pk, "vehicle": tracker.vehicle.label, "now_ms": _ms(at)}
    return JsonResponse(about, status=201)


@signed
def positions(request: HttpRequest, tracker: Tracker, at: datetime) -> HttpResponse:
    """Take positions in, whatever their order; how many were new."""
    batch = reading.read(request.body, reading.Batch)
    kept = operations.take_in(tracker=tracker, told=reading.told(batch, at=at), at=at)
    return JsonResponse({"new": kept.new, "known": kept.known, "old": kept.old, "now_ms": _ms(at)})


def _a_minute(tracker: Tracker) -> limits.Limit:
    return limits.per("telematics", str(tracker.pk), MOST_A_MINUTE, timedelta(minutes=1))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
