"""The heads of lines: of every size of party the first that may fit, and up to where nobody is missing."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bookings.waitlist.choosing import Candidate


@dataclass(frozen=True, slots=True)
class Size:
    """Parties of one size in one line: the last rank that was read, and whether others may follow it."""

    units: int
    last: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Heads:
    """The lines of some buckets as far as they were read: candidates by rank, and their sizes."""

    lines: Mapping[int, Sequence[Candidate]]
    sizes: Mapping[int, Sequence[Size]]

    @classmethod
    def of(cls, candidates: Iterable[Candidate], sizes: Mapping[int, Sequence[Size]]) -> Heads:
        lines: dict[int, list[Candidate]] = defaultdict(list)
        for one in sorted(candidates, key=lambda c: c.rank):
            for bucket in one.needs:
                lines[bucket].append(one)
        return cls(lines, sizes)

    def horizon(self, room: Mapping[int, int]) -> int | None:
        """Up to which rank nobody is missing of those who fit into this room; None: everybody was read."""
        ends = [
            size.last
            for bucket, left in room.items()
            for size in self.sizes.get(bucket, ())
            if size.goes_on and size.units <= left
        ]
        return min(ends, default=None)

    def are_short_of(self, room: Mapping[int, int], horizon: int | None) -> bool:
        """Whether somebody behind the horizon may fit into this room."""
        return horizon is not None and any(
            size.units <= left and (size.goes_on or size.last > horizon)
            for bucket, left in room.items()
            for size in self.sizes.get(bucket, ())
        )

    def ranked(self, buckets: Iterable[int], horizon: int | None) -> Iterator[Candidate]:
        """Everybody in the lines of these buckets up to the horizon, by rank, each wish once."""
        before = None
        lines = [self.lines.get(bucket, ()) for bucket in buckets]
        for one in heapq.merge(*lines, key=lambda c: c.rank):
            if horizon is not None and one.entry_id > horizon:
                return
            if one.wish_id != before:
                yield one
            before = one.wish_id
