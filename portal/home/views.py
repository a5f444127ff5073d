"""The way in: which regions there are, and a region's day at one look."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel import clock
from kernel.places import queries as places
from portal.home import today
from portal.home import tour as tour_steps
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


@require_safe
@never_cache
def tour(request: HttpRequest) -> HttpResponse:
    """Five steps to try everything, with logins; on local data only."""
    if not settings.QUANYU_LOCAL:
        raise Http404
    first = places.open_regions().first()
    context = {
        "steps": tour_steps.steps(first) if first else [],
        "logins": tour_steps.logins(),
        "tab": "home",
    }
    return render(request, "portal_home/tour.html", context)
