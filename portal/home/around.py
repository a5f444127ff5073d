"""What the portal tells about a place: how to get there, and where it is on the region's map."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.places import nearby
from kernel.places.models import Place, Region
from kernel.places.nearby import Near
from kernel.places.panels import Panel
from portal.home import drawing
from transport.lines import queries as lines_rows
from transport.lines.models import ShuttleLine

_STOPS = ("stop", "transfer_hub", "bus_terminal", "pier", "gate", "cable_lower")
_STATIONS = ("rail_station", "airport")
_ICONS = {"rail_station": "train", "airport": "flag", "pier": "flag", "cable_lower": "cable"}
MOST_LINES = 4
STOP_WITHIN_M = 4_000
STATION_WITHIN_M = 80_000


def getting_there(*, place: Place, at: datetime) -> Panel | None:
    """The stops near a place and the nearest stations, with the lines that call there.

    Distances are as the crow flies. Two statements.
    """
    others = list(Place.objects.filter(region_id=place.region_id, kind__in=_STOPS + _STATIONS))
    stops = [other for other in others if other.kind in _STOPS]
    stations = [other for other in others if other.kind in _STATIONS]
    near = [
        *nearby.nearest(place, stops, within_m=STOP_WITHIN_M, limit=3),
        *nearby.nearest(place, stations, within_m=STATION_WITHIN_M, limit=2),
    ]
    if not near:
        return None
    lines = lines_rows.lines_at(one.place.pk for one in near)
    rows = [_row(one, lines.get(one.place.pk, ()), place.region) for one in near]
    return Panel("portal_home/_getting_there.html", {"rows": rows})


def on_the_map(*, place: Place, at: datetime) -> Panel | None:
    """The region's map with this place marked; nothing where the region has no map."""
    drawn = drawing.map_with(place.region, [drawing.Pin(place, is_here=True)])
    if drawn is None:
        return None
    return Panel("portal_home/_on_the_map.html", {"map": drawn, "place": place})


def _row(near: Near, lines: Sequence[ShuttleLine], region: Region) -> dict[str, Any]:
    return {
        "icon": _ICONS.get(near.place.kind, "bus"),
        "name": near.place.name,
        "distance": distance_words(near.metres),
        "lines": [
            {"name": line.name, "href": reverse("lines:detail", args=[region.slug, line.slug])}
            for line in lines[:MOST_LINES]
        ],
    }


def distance_words(metres: int) -> str:
    """A distance as a person says it: "300 m", "1.2 km", "38 km"."""
    if metres < 1000:
        return _("%(metres)s m") % {"metres": round(metres, -2) or 100}
    km = f"{metres / 1000:.1f}" if metres < 10_000 else str(round(metres / 1000))
    return _("%(km)s km") % {"km": km}
