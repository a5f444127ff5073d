"""What the portal tells about a place: how to get there, and where it is on the region's map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kernel.places import nearby
from kernel.places.models import Place
from kernel.places.nearby import Near
from kernel.places.panels import Panel
from portal.home import drawing

_STOPS = ("stop", "transfer_hub", "bus_terminal", "pier", "gate", "cable_lower")
_STATIONS = ("rail_station", "airport")
_ICONS = {"rail_station": "train", "airport": "flag", "pier": "flag", "cable_lower": "cable"}
STOP_WITHIN_M = 4_000
STATION_WITHIN_M = 80_000


def getting_there(*, place: Place, at: datetime) -> Panel | None:
    """The stops near a place, and the nearest stations; distances as the crow flies."""
    others = list(Place.objects.filter(region_id=place.region_id, kind__in=_STOPS + _STATIONS))
    stops = [other for other in others if other.kind in _STOPS]
    stations = [other for other in others if other.kind in _STATIONS]
    near = [
        *nearby.nearest(place, stops, within_m=STOP_WITHIN_M, limit=3),
        *nearby.nearest(place, stations, within_m=STATION_WITHIN_M, limit=2),
    ]
    if not near:
        return None
    return Panel("portal_home/_getting_there.html", {"rows": [_row(one) for one in near]})


def on_the_map(*, place: Place, at: datetime) -> Panel | None:
    """The region's map with this place marked; nothing where the region has no map."""
    drawn = drawing.map_with(place.region, [drawing.Pin(place, is_here=True)])
    if drawn is None:
        return None
    return Panel("portal_home/_on_the_map.html", {"map": drawn, "place": place})


def _row(near: Near) -> dict[str, Any]:
    return {
        "icon": _ICONS.get(near.place.kind, "bus"),
        "title": near.place.name,
        "note": "",
        "href": "",
        "end": distance_words(near.metres),
    }


def distance_words(metres: int) -> str:
    """A distance as a person says it: "300 m", "1.2 km", "38 km"."""
    if metres < 1000:
        return _("%(metres)s m") % {"metres": round(metres, -2) or 100}
    km = f"{metres / 1000:.1f}" if metres < 10_000 else str(round(metres / 1000))
    return _("%(km)s km") % {"km": km}
