"""The catalogue of boarding windows, for search and partners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bookings.contracts import Listing
from bookings.inventory import queries as inventory
from transport.direct import queries
from transport.direct.models import Window, WindowState
from transport.direct.offers import KIND
from transport.lines import queries as lines
from transport.lines.models import ADULT
from transport.lines.ways import way


def browse(
    *, region_id: int, supplier_id: int | None, first: date, last: date
) -> Sequence[Listing]:
    """The windows between two service days, with the places left. Four statements."""
    rows = Window.objects.filter(
        shuttle__line__region_id=region_id,
        shuttle__line__is_open=True,
        shuttle__is_on_sale=True,
        state=WindowState.SCHEDULED,
        service_date__gte=first,
        service_date__lte=last,
    ).select_related("shuttle__line", "shuttle__pattern")
    if supplier_id is not None:
        rows = rows.filter(shuttle__line__organisation_id=supplier_id)
    windows = list(rows.order_by("starts_at", "pk"))
    stops = lines.stops_of({window.shuttle.pattern_id for window in windows})
    left = inventory.left({window.bucket_id for window in windows})
    days = queries.fares_of(windows)
    return [
        _listing(window, stops[window.shuttle.pattern_id], days[window.pk], left[window.bucket_id])
        for window in windows
        if len(stops.get(window.shuttle.pattern_id, ())) > 1
    ]


def _listing(window: Window, stops: lines.Stops, day: queries.DayFare, left: int) -> Listing:
    line = window.shuttle.line
    return Listing(
        kind=KIND,
        ref=str(window.pk),
        title=line.words,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        from_fen=queries.fare_fen(stops, day.permille),
        left=max(0, left),
        supplier_id=line.organisation_id,
        place_id=stops[0].place_id,
        is_sample=line.is_sample or window.shuttle.is_sample,
        classes=(ADULT,),
        subtitle=way(stops, 0, len(stops) - 1),
    )
