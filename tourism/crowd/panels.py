"""What the live crowd tells on the page of an area: toilets, first aid, chargers, cameras."""

from __future__ import annotations

from datetime import datetime

from kernel.places.models import Place
from kernel.places.panels import Panel
from tourism.crowd.models import Facility


def facilities(*, place: Place, at: datetime) -> Panel | None:
    """The facilities of the area at a place, by kind; nothing where it has none. One statement."""
    rows = list(
        Facility.objects.filter(area__place=place)
        .select_related("place")
        .order_by("kind", "name_zh", "pk")
    )
    return Panel("tourism_crowd/_facilities.html", {"rows": rows}) if rows else None
