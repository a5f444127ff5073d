"""The catalogue of runs, for search and partners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bookings.contracts import Listing
from transport.lines import queries
from transport.lines.models import ADULT, LAP, LUGGAGE, Run, RunState
from transport.lines.offers import KIND


def browse(
    *, region_id: int, supplier_id: int | None, first: date, last: date
) -> Sequence[Listing]:
    """Runs between two service days, end to end, with the seats left on their fullest segment."""
    runs = Run.objects.filter(
        line__region_id=region_id,
        line__is_open=True,
        state=RunState.SCHEDULED,
        service_date__gte=first,
        service_date__lte=last,
    ).select_related("line")
    if supplier_id is not None:
        runs = runs.filter(line__organisation_id=supplier_id)
    found = list(runs.order_by("departs_at", "pk"))
    return [_listing(row) for row in queries.whole_rides(region_id, found)]


def _classes(run: Run) -> tuple[str, ...]:
    """Riders, and what they may take along on this run."""
    along = ((LAP, run.lap_segments), (LUGGAGE, run.luggage_segments))
    return (ADULT, *(code for code, segments in along if segments))


def _listing(row: queries.RunRow) -> Listing:
    line = row.run.line
    return Listing(
        kind=KIND,
        ref=row.ref,
        title=line.words,
        starts_at=row.boards_at,
        ends_at=row.alights_at,
        from_fen=row.fare_fen,
        left=row.left,
        supplier_id=line.organisation_id,
        place_id=row.place_id,
        is_sample=line.is_sample,
        classes=_classes(row.run),
        subtitle=row.way,
    )
