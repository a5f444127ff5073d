"""The catalogue of runs, for search and partners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bookings.contracts import Listing
from bookings.inventory import queries as inventory
from transport.lines import queries
from transport.lines.models import Run, RunState

KIND = "shuttle"


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
    patterns = queries.patterns_of({run.line_id for run in found})
    left = inventory.left({bucket for run in found for bucket in run.segments})
    return [_listing(run, patterns[run.line_id, run.direction], left) for run in found]


def _listing(run: Run, pattern: queries.Pattern, left: dict[int, int]) -> Listing:
    end = len(pattern) - 1
    row = queries.ride(run, pattern, board=0, alight=end, left=left)
    return Listing(
        kind=KIND,
        ref=row.ref,
        title=run.line.words,
        starts_at=row.boards_at,
        ends_at=row.alights_at,
        from_fen=row.fare_fen,
        left=row.left,
        supplier_id=run.line.organisation_id,
        place_id=pattern[0].place_id,
        is_sample=run.line.is_sample,
    )
