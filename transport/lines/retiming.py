"""How far a departure moves at its stops, and whether riders can be moved along with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Stop = tuple[int, int, int, bool, bool]
"""Place, arrival and departure in seconds, whether riders get on and off there."""


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many seconds it is earlier (below nothing) and later at the stops that move most."""

    earliest_s: int
    latest_s: int

    def __bool__(self) -> bool:
        """Whether it moves at all."""
        return (self.earliest_s, self.latest_s) != (0, 0)

    @property
    def is_earlier(self) -> bool:
        """Whether somebody who comes in time by the old timetable could be too late."""
        return self.earliest_s < 0

    def is_within(self, most_s: int) -> bool:
        """Whether no stop moves by more, either way."""
        return -most_s <= self.earliest_s and self.latest_s <= most_s


def shift(was: Sequence[Stop], now: Sequence[Stop]) -> Shift | None:
    """How far each stop of a departure moves; None: it stops elsewhere, or lets people on or off at
    fewer stops, so that it is another one."""
    if [stop[0] for stop in was] != [stop[0] for stop in now]:
        return None
    pairs = list(zip(was, now, strict=True))
    if any((old[3] and not new[3]) or (old[4] and not new[4]) for old, new in pairs):
        return None
    moves = [new[place] - old[place] for old, new in pairs for place in (1, 2)]
    return Shift(min(0, *moves), max(0, *moves))


def at_clock(departs_s: int, stops: Sequence[Stop]) -> list[Stop]:
    """The stops of a pattern at the times of a departure."""
    return [
        (place, departs_s + arrives_s, departs_s + leaves_s, may_board, may_alight)
        for place, arrives_s, leaves_s, may_board, may_alight in stops
    ]
