"""GTFS-Realtime over HTTP: for everybody, to be asked every few seconds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from kernel import clock
from kernel.errors import NotFound
from kernel.places import queries as places
from transport.feeds import queries
from transport.feeds.operations import MAIN
from transport.feeds.realtime import whole

_MOST_SLUG = 60
TYPES = {"pb": "application/x-protobuf", "json": "application/json"}
"""The forms of a message: for programs, and to be read."""


@require_safe
def message(request: HttpRequest, region: str, kind: str, form: str) -> HttpResponseBase:
    """One of the three messages, as protobuf or to be read. ``?feed=`` names another feed of the region."""
    feed = request.GET.get("feed", MAIN)[:_MOST_SLUG]
    place = places.get_region(region)
    if feed != MAIN and queries.feed_of(place, feed) is None:
        # Else every name that somebody makes up would be written anew, past what is remembered.
        raise NotFound
    written = whole.write(kind, region=place, feed=feed, at=clock.now())
    body = written.protobuf if form == "pb" else written.readable
    modified, tag = int(written.at.timestamp()), f'"{written.tag}-{form}"'
    response = HttpResponse(
        body,
        content_type=TYPES[form],
        headers={
            "ETag": tag,
            "Last-Modified": http_date(modified),
            "Cache-Control": f"public, max-age={whole.KEPT_S}",
        },
    )
    answer = get_conditional_response(request, tag, modified, response)
    return answer if answer is not None else response
