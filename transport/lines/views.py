"""Pages of shuttle lines: the list, and one line with its departures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.warnings import queries as warnings
from kernel import clock
from kernel.places import queries as places
from transport.lines import pages, queries
from transport.lines.models import LineKind


@require_safe
def list_lines(request: HttpRequest, region: str) -> HttpResponse:
    place = places.get_region(region)
    lines = list(queries.lines_of(place))
    groups = [
        (LineKind(kind).label, [line for line in lines if line.kind == kind])
        for kind in LineKind.values
    ]
    context = {
        "region": place,
        "tab": "home",
        "groups": [(label, rows) for label, rows in groups if rows],
        "sample_data": any(line.is_sample for line in lines),
    }
    return render(request, "transport_lines/list.html", context)


@require_safe
def show_line(request: HttpRequest, region: str, slug: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    line = queries.get_line(place, slug)
    context = {
        "region": place,
        "tab": "home",
        "line": line,
        "warnings": warnings.at_places(
            queries.stop_places(line), supplier_id=line.organisation_id, at=at
        ),
        "page": pages.line_page(line, request.GET, at=at),
        "sample_data": line.is_sample,
    }
    return render(request, "transport_lines/line.html", context)
