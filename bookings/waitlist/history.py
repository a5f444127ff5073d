"""Those who have waited, looked at while they did: how many people were before them, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.waitlist.odds import Look, Time

_GOLDEN = 0.6180339887
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class PastWish:
    """A time that would have done, and the buckets in whose lines it stood."""

    starts_at: datetime
    buckets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A party whose times are over. ``out_at``: when it was served or gave up; ``stayed``: to its end."""

    entry_id: int
    size: int
    joined_at: datetime
    out_at: datetime
    served: bool
    stayed: bool
    wishes: tuple[PastWish, ...]

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it joined, and some time on its way that nobody has chosen."""
        part = (self.entry_id * _GOLDEN) % 1
        return self.joined_at, self.joined_at + (self.out_at - self.joined_at) * part


def looks(
    parties: Sequence[Past], *, capacity: Mapping[int, int], latest: int
) -> list[tuple[Look, bool]]:
    """Two looks at each of the ``latest`` parties that stayed, oldest first, and whether it was served."""
    shown = [party for party in parties if party.stayed][-latest:]
    before = _before(parties, shown)
    found = (
        (party, _look(party, when, before, capacity)) for party in shown for when in party.moments
    )
    return [(look, party.served) for party, look in found if look is not None]


def _look(
    party: Past,
    when: datetime,
    before: Mapping[tuple[int, int, datetime], int],
    capacity: Mapping[int, int],
) -> Look | None:
    times = [
        worst_of(
            [
                (before[bucket, party.entry_id, when], capacity[bucket])
                for bucket in wish.buckets
                if bucket in capacity
            ],
            size=party.size,
            days=(wish.starts_at - when).total_seconds() / _DAY_S,
        )
        for wish in party.wishes
        if wish.starts_at > when
    ]
    there = tuple(one for one in times if one is not None)
    return Look(party.size, there) if there else None


def worst_of(lines: Sequence[tuple[int, int]], *, size: int, days: float) -> Time | None:
    """Of a time's lines, [people before, capacity] each, the one that lets it through last, if any."""
    if not lines:
        return None
    ahead, capacity = max(lines, key=lambda line: (line[0] + size) / max(line[1], 1))
    return Time(ahead, capacity, days)


def _before(parties: Sequence[Past], shown: Sequence[Past]) -> dict[tuple[int, int, datetime], int]:
    """By (bucket, entry, moment): people before it in that line who were still there."""
    lines: dict[int, list[Past]] = defaultdict(list)
    for party in sorted(parties, key=lambda one: one.entry_id):
        for bucket in {bucket for wish in party.wishes for bucket in wish.buckets}:
            lines[bucket].append(party)
    asked = {party.entry_id for party in shown}
    return {
        (bucket, entry_id, when): ahead
        for bucket, line in lines.items()
        for entry_id, when, ahead in _along(line, asked)
    }


def _along(line: Sequence[Past], asked: set[int]) -> Iterator[tuple[int, datetime, int]]:
    """Go through the time of one line; whoever has a lower number has joined before."""
    still = _Sums(len(line))
    events: list[tuple[datetime, int, int]] = []
    for place, party in enumerate(line):
        still.add(place, party.size)
        events.append((party.out_at, 0, place))
        if party.entry_id in asked:
            events += [(when, 1, place) for when in party.moments]
    for when, is_look, place in sorted(events):
        if is_look:
            yield line[place].entry_id, when, still.before(place)
        else:
            still.add(place, -line[place].size)


class _Sums:
    """Sums of all before a place, where places change (a Fenwick tree)."""

    def __init__(self, size: int) -> None:
        self._tree = [0] * (size + 1)

    def add(self, place: int, number: int) -> None:
        place += 1
        while place < len(self._tree):
            self._tree[place] += number
            place += place & -place

    def before(self, place: int) -> int:
        found = 0
        while place:
            found += self._tree[place]
            place -= place & -place
        return found
