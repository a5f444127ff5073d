"""The way in: which regions there are, and a region's day at one look."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kernel import clock
from kernel.places import queries as places
from portal.home import today
from portal.home.drawing import map_with


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    listed = list(places.open_regions())
    return render(request, "portal_home/regions.html", {"regions": listed, "tab": "home"})


@require_safe
def region(request: HttpRequest, region: str) -> HttpResponse:
    place, at = places.get_region(region), clock.now()
    page = today.page_of(place, at=at)
    context = {
        "region": place,
        "zone": place.timezone,
        "tab": "home",
        "page": page,
        "map": map_with(place, page.pins),
        "hero": _("Today in %(region)s") % {"region": place.name},
        "sample_data": page.is_sample,
    }
    return render(request, "portal_home/region.html", context)
