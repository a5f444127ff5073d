"""Pages of shuttle lines: the list, and one line with its departures."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from bookings.warnings import queries as warnings
from kernel import clock
from kernel.memo import Memo
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web.paging import page_of
from transport.lines import elsewhere, pages, queries, searching, seat_map, stop_names
from transport.lines.models import LineKind

_MOST_LINES = 100
_MOST_OFFERED = 300
"""A list of more names is too long for a page; a part of a name finds the others as well."""

_options: Memo[tuple[int, str | None], SafeString] = Memo(seconds=20, most=200)


@require_safe
def list_lines(request: HttpRequest, region: str) -> HttpResponse:
    place = places.get_region(region)
    page = page_of(request, queries.lines_of(place), by=("kind", "slug", "pk"), size=_MOST_LINES)
    groups = groupby(page.rows, key=lambda line: line.kind)
    context = {
        "region": place,
        "tab": "home",
        "page": page,
        "groups": [(LineKind(kind).label, list(lines)) for kind, lines in groups],
        "options": _offered(place),
        "sample_data": any(line.is_sample for line in page.rows),
    }
    return render(request, "transport_lines/list.html", context)


@require_safe
def find_departures(request: HttpRequest, region: str) -> HttpResponse:
    """Departures from one stop to another on a day, of all lines; or which stop it may be."""
    place = places.get_region(region)
    context = {
        "region": place,
        "tab": "home",
        "options": _offered(place),
        "page": searching.departures_page(place, request.GET, at=clock.now()),
    }
    return render(request, "transport_lines/departures.html", context)


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
        "outlets": elsewhere.outlets(line),
        "sample_data": line.is_sample,
    }
    return render(request, "transport_lines/line.html", context)


@require_safe
def choose_seats(request: HttpRequest, region: str) -> HttpResponse:
    """The seats of one departure, to tick."""
    place, at = places.get_region(region), clock.now()
    page = seat_map.seat_page(
        request.GET.get("ref", "")[:80], region_id=place.pk, language=get_language(), at=at
    )
    context = {"region": place, "tab": "home", "page": page, "line": page.run.line}
    return render(request, "transport_lines/seats.html", context)


def _offered(region: Region) -> SafeString:
    """The names that the fields offer while somebody types, as options."""
    return _options.get((region.pk, get_language()), lambda _key: _read_options(region))


def _read_options(region: Region) -> SafeString:
    names = stop_names.of_region(region).all()
    offered = names if len(names) <= _MOST_OFFERED else []
    return format_html_join("", '<option value="{}"></option>', ((name,) for name in offered))
