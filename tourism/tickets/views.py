"""Pages of scenic areas: the list, and one area with its days, entry times and prices."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.waiting import queries as waiting
from bookings.warnings import queries as warnings
from kernel import clock
from kernel.places import panels
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web import remembered
from kernel.web.requests import day as read_day
from tourism.areas import queries as areas
from tourism.tickets import cards, pages
from tourism.tickets.rows import area_row


@require_safe
def list_areas(request: HttpRequest, region: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    rows = cards.open_first(cards.cards_of(place, at=at))
    context = {
        "region": place,
        "tab": "home",
        "rows": [area_row(card) for card in rows],
        "today": place.local_date(at),
        "sample_data": any(card.is_sample for card in rows),
    }
    return render(request, "tourism_areas/list.html", context)


@require_safe
def show_area(request: HttpRequest, region: str, slug: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    chosen = read_day(request.GET["day"], field="day") if "day" in request.GET else None
    return remembered.page(
        request,
        "tourism_tickets/area.html",
        address=request.path + (f"?day={chosen}" if chosen else ""),
        context=lambda: _area_context(place, slug, chosen, at),
    )


def _area_context(place: Region, slug: str, chosen: date | None, at: datetime) -> dict[str, Any]:
    area = areas.get_area(place, slug)
    page = pages.area_page(area, chosen=chosen, at=at)
    return {
        "region": place,
        "tab": "home",
        "zone": place.timezone,
        "page": page,
        "area": area,
        "warnings": warnings.at_places([area.place_id], supplier_id=area.organisation_id, at=at),
        "notices": areas.notices([area.pk], at=at),
        "panels": panels.about(area.place, at=at),
        "sample_data": page.is_sample,
        "at": at,
        "sales": waiting.announced(
            place.pk, supplier_id=area.organisation_id, kind="ticket", at=at
        ),
    }
