"""Draws that can be entered, on the page of the place they are for."""

from __future__ import annotations

from datetime import datetime

from bookings.draws import queries
from kernel.places.models import Place
from kernel.places.panels import Panel


def open_draws(*, place: Place, at: datetime) -> Panel | None:
    """The open draws at a place; nothing where there is none. One statement."""
    rows = list(queries.open_at(place.pk, at=at))
    context = {"rows": rows, "zone": rows[0].region.timezone} if rows else {}
    return Panel("bookings_draws/_open.html", context) if rows else None
