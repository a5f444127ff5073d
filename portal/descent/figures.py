"""Who can still come down: pure figures, see docs/algorithms/descents.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Carried:
    """So many people are carried down between two moments, evenly."""

    starts_at: datetime
    ends_at: datetime
    places: int

    def after(self, moment: datetime) -> int:
        """How many of them from a moment on; rounded down."""
        if moment <= self.starts_at:
            return self.places
        if moment >= self.ends_at:
            return 0
        return int(self.places * (self.ends_at - moment) / (self.ends_at - self.starts_at))


def remaining(ways: Iterable[Carried], moment: datetime) -> int:
    """How many can come down from a moment on."""
    return sum(way.after(moment) for way in ways)


def thresholds(ways: Sequence[Carried]) -> list[datetime]:
    """The moments of a day for which sales are counted: every full hour of the ways down, and their end.

    Who comes down only after the last one does not come down at all.
    """
    if not ways:
        return []
    first = min(way.starts_at for way in ways)
    last = max(way.ends_at for way in ways)
    hours = int((last - first) / HOUR) + 1
    return sorted({*(first + n * HOUR for n in range(hours)), last})


def counted_in(moments: Sequence[datetime], ready_at: datetime) -> list[datetime]:
    """The thresholds in which somebody counts who can come down from ``ready_at`` on.

    Every one up to then, and the next one: as if they were ready only at it, so that between two
    thresholds no more are sold than at the later one are carried.
    """
    upto = [moment for moment in moments if moment <= ready_at]
    later = [moment for moment in moments if moment > ready_at]
    is_exact = bool(upto) and upto[-1] == ready_at
    return upto if is_exact else [*upto, *later[:1]]


@dataclass(frozen=True, slots=True)
class Lack:
    """People who would stay up, and how many buses bring them down."""

    people: int
    places: int
    buses: int


def lack(
    *, up: int, to_come: int, ways: Sequence[Carried], at: datetime, lead: timedelta, seats: int
) -> Lack | None:
    """Whether more are up, or will still come up, than are carried; None: everybody comes down.

    Of the ways down only what they carry later than ``lead`` from now counts: a bus that is called now
    comes then, and nobody can be asked to be among the first. So it is said that long before it is true.
    """
    people, places = up + to_come, remaining(ways, at + lead)
    if people <= places:
        return None
    return Lack(people, places, -(-(people - places) // seats))
