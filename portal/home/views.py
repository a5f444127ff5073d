"""The way in: which regions there are, and a region's day at one look."""

from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kernel import clock
from kernel.memo import Memo
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web.caching import never_cache
from portal.home import today
from portal.home import tour as tour_steps
from portal.home.drawing import Map, map_with
from portal.home.models import RegionMap

_GLANCES: Memo[tuple[int, str | None], tuple[today.HomePage, Map | None]] = Memo(seconds=2)
"""Everybody comes in here; what is left is shown at a glance only, so two seconds old will do."""


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    listed = list(places.open_regions())
    return render(request, "portal_home/regions.html", {"regions": listed, "tab": "home"})


@require_safe
def region(request: HttpRequest, region: str) -> HttpResponse:
    place = places.get_region(region)
    page, drawn = _GLANCES.get((place.pk, get_language()), lambda _key: _glance(place))
    context = {
        "region": place,
        "zone": place.timezone,
        "tab": "home",
        "page": page,
        "map": drawn,
        "hero": _("Today in %(region)s") % {"region": place.name},
        "sample_data": page.is_sample,
    }
    return render(request, "portal_home/region.html", context)


def _glance(place: Region) -> tuple[today.HomePage, Map | None]:
    page = today.page_of(place, at=clock.now())
    return page, map_with(place, page.pins)


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Where maps and data come from, and the notice that the program comes with."""
    drawn = RegionMap.objects.filter(region__is_open=True).select_related("region")
    context = {"maps": drawn.order_by("region__slug"), "notice": _notice()}
    return render(request, "portal_home/sources.html", context)


@cache
def _notice() -> list[str]:
    """The paragraphs of NOTICE."""
    return (settings.BASE_DIR / "NOTICE").read_text().strip().split("\n\n")


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
