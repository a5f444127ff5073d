"""What the tables say of the day afterwards: sold, ridden, moved, given back."""

from __future__ import annotations

from datetime import date
from typing import Any

from bookings.orders.models import Change, ChangeState, Line, State
from kernel.places.models import Region
from transport.direct.models import ShuttleDeparture
from transport.lines.models import AffectedRide, Run, ShuttleLine

_KINDS = ("shuttle", "direct")


def counts(region: Region, day: date) -> dict[str, Any]:
    """Riders by what became of them. What was changed into another departure counts once.

    ``segments_sold``: seats of which a stretch between two stops was sold.
    """
    changed = Change.objects.filter(state=ChangeState.DONE).values("line")
    paid = Line.objects.filter(kind__in=_KINDS).exclude(state__in=(State.HELD, State.LAPSED))
    lines = list(paid.exclude(pk__in=changed))
    runs = Run.objects.filter(line__region=region, service_date=day)
    return {
        "lines": ShuttleLine.objects.filter(region=region, is_open=True).count(),
        "departures": runs.count(),
        "sold": sum(map(_riders, lines)),
        "segments_sold": sum(_riders(line) * _segments(line) for line in lines),
        "boarded": sum(len(line.used_parts) for line in lines),
        "moved": _moved(),
        "refunded": sum(len(line.cancelled_parts) for line in lines),
        "stayed": sum(len(list(line.open_parts)) for line in lines),
        "relief_runs": runs.filter(vehicles__gt=1).count()
        + ShuttleDeparture.objects.filter(window__isnull=False).count(),
    }


def _riders(line: Line) -> int:
    return len(list(line.frozen_parts))


def _segments(line: Line) -> int:
    facts = line.facts
    return int(facts["alight"] - facts["board"]) if line.kind == "shuttle" else 1


def _moved() -> int:
    """Riders who have another departure than the one they bought, because of what happened to it."""
    rows = AffectedRide.objects.filter(moved_to__isnull=False)
    return sum(len(keys) for keys in rows.values_list("part_keys", flat=True))
