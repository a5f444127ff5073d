"""Pages of direct shuttles for those who ride them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.warnings import queries as warnings
from kernel import clock
from kernel.memo import Memo
from kernel.naming import say
from kernel.places import queries as places
from kernel.web.polling import polled
from transport.direct import pages, queries
from transport.direct.models import DirectShuttle
from transport.direct.queues import Queue, queues_of
from transport.lines import queries as lines

_queues: Memo[int, Queue] = Memo(seconds=1)


@require_safe
def list_shuttles(request: HttpRequest, region: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    shuttles = list(queries.open_shuttles(place))
    stops = lines.stops_of({shuttle.pattern_id for shuttle in shuttles})
    rows = [
        (shuttle, stops[shuttle.pattern_id][-1].place.name, stops[shuttle.pattern_id][0].place_id)
        for shuttle in shuttles
        if shuttle.pattern_id in stops
    ]
    context = {
        "region": place,
        "tab": "home",
        "rows": rows,
        "sample_data": any(shuttle.is_sample for shuttle in shuttles),
        "at": at,
    }
    return render(request, "transport_direct/list.html", context)


@require_safe
def show_shuttle(request: HttpRequest, region: str, slug: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    shuttle = queries.get_shuttle(place, slug)
    page = pages.shuttle_page(shuttle, request.GET, at=at)
    context = {
        "region": place,
        "tab": "home",
        "shuttle": shuttle,
        "line": shuttle.line,
        "page": page,
        "texts": pages.texts(page.queue) if page else {},
        "refunds": say(shuttle.line.refund_words),
        "warnings": warnings.at_places(
            lines.stop_places(shuttle.line), supplier_id=shuttle.line.organisation_id, at=at
        ),
        "sample_data": shuttle.is_sample or shuttle.line.is_sample,
    }
    return render(request, "transport_direct/shuttle.html", context)


@require_safe
def state(request: HttpRequest, region: str, slug: str) -> HttpResponse:
    """The queue as it is now; at most two seconds old, 304 where nothing has changed."""
    shuttle = queries.get_shuttle(places.get_region(region), slug)
    queue = _queues.get(shuttle.pk, lambda _pk: _read(shuttle))
    return polled(request, pages.texts(queue))


def _read(shuttle: DirectShuttle) -> Queue:
    return queues_of(shuttle.line.region, [shuttle], at=clock.now())[shuttle.pk]
