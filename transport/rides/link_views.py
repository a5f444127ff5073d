"""The page that a link shows to whoever has it: where a vehicle is, and nothing to press."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bookings.orders.guesses import count_wrong
from kernel import clock
from kernel.errors import NotFound
from kernel.web.requests import client_ip
from transport.rides import pages, queries
from transport.rides.queries import Leg


@require_safe
def linked(request: HttpRequest, token: str) -> HttpResponse:
    """What a link shows: a vehicle, a ride, whom to call; nothing of the rider."""
    leg, at = _linked(request, token)
    context = {
        "region": leg.run.line.region,
        "leg": leg,
        "until": leg.alights_at + queries.LIVES_ON,
        "now_url": reverse("rides:linked-now", args=[token]),
        "every_s": pages.SHOWN_EVERY_S,
        **pages.where(leg, at=at),
    }
    return _hidden(render(request, "transport_rides/linked.html", context))


@require_safe
def linked_now(request: HttpRequest, token: str) -> HttpResponse:
    """Only where it is, for the page that asks again."""
    leg, at = _linked(request, token)
    return _hidden(render(request, "transport_rides/_now.html", pages.where(leg, at=at)))


def _linked(request: HttpRequest, token: str) -> tuple[Leg, datetime]:
    """A wrong token is counted for the address it came from, as one of an order is."""
    at = clock.now()
    try:
        return queries.open_link(token, at=at), at
    except NotFound:
        count_wrong(address=client_ip(request), at=at)
        raise


def _hidden(response: HttpResponse) -> HttpResponse:
    """Found by nobody who was not given the address."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
