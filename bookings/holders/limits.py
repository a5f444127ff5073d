"""How often and until when a pass may be handed on: as its lines were sold, the strictest counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bookings.contracts import TRANSFER_DAYS, TRANSFERS
from bookings.orders.models import Line


@dataclass(frozen=True, slots=True)
class Handings:
    """``most`` handings over in all, ``made`` of them so far; until before ``until``, local time.

    ``line`` is the one that ends it first.
    """

    most: int
    made: int
    until: datetime
    line: Line

    @property
    def left(self) -> int:
        return max(self.most - self.made, 0)

    def is_open(self, at: datetime) -> bool:
        """Whether the pass may be handed on at ``at``, as far as number and time go."""
        return self.left > 0 and at < self.until


def handings(lines: Sequence[Line], *, made: int) -> Handings | None:
    """What the lines of a pass, read with their orders' regions, allow; None where there are none."""
    if not lines:
        return None
    most = min(line.facts.get("transfers", TRANSFERS) for line in lines)
    first = min(lines, key=_until)
    return Handings(most, made, _until(first), first)


def _until(line: Line) -> datetime:
    region = line.order.region
    days = line.facts.get("transfer_days", TRANSFER_DAYS)
    return region.at(region.local_date(line.starts_at) - timedelta(days=days - 1), time(0))
