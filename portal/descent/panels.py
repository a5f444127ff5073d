"""What goes with a scenic area: the direct shuttles that stop at its gates and stations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.places.models import Place
from kernel.places.panels import Panel
from tourism.areas.models import Cableway, Gate
from transport.direct import queries
from transport.direct.queues import queues_of
from transport.lines import queries as lines
from transport.lines.queries import Stops


def shuttles_here(*, place: Place, at: datetime) -> Panel | None:
    """The shuttles between elsewhere and the gates or stations of the area at a place, with fare and
    queue; nothing where there are none. Their tickets go into the same order and code. Eight statements."""
    doors = _doors(place)
    if not doors:
        return None
    shuttles = list(queries.open_shuttles(place.region))
    stops = lines.stops_of({shuttle.pattern_id for shuttle in shuttles}) if shuttles else {}
    serving = [s for s in shuttles if _serves(stops.get(s.pattern_id, ()), doors)]
    if not serving:
        return None
    now = queues_of(place.region, serving, at=at)
    rows = [_row(one, stops[one.pattern_id], now[one.pk].words, place) for one in serving]
    return Panel("portal_descent/_shuttles.html", {"rows": rows, "region": place.region})


def _doors(place: Place) -> set[int]:
    """Where people go in and are carried from, at the area of a place."""
    gates = Gate.objects.filter(area__place=place).values_list("place_id", flat=True)
    lifts = Cableway.objects.filter(area__place=place).values_list("from_place_id", flat=True)
    return {*gates, *lifts}


def _serves(stops: Stops, doors: set[int]) -> bool:
    """Whether its last stop, or its first one on the way back, is one of these doors."""
    return len(stops) > 1 and bool({stops[0].place_id, stops[-1].place_id} & doors)


def _row(shuttle: Any, stops: Stops, words: str, place: Place) -> dict[str, Any]:
    return {
        "title": f"{stops[0].place.name} → {stops[-1].place.name}",
        "note": _("%(line)s · %(queue)s") % {"line": shuttle.line.name, "queue": words},
        "href": reverse("direct:detail", args=[place.region.slug, shuttle.slug]),
        "fen": queries.fare_fen(stops),
    }
