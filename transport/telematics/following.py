"""Where along its run a vehicle is, and how late: pure. The rule is in docs/algorithms/realtime.md.

A road is longer than the line between two stops: a vehicle is between them when the way by it is not
much longer than the way past it, and as far as the two distances say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians

AT_STOP_M = 100
"""So near to a stop a vehicle is at it."""
DETOUR_M, DETOUR = 300, 0.5
"""By how much a road may be longer than the line between two stops: metres, and a part of its length."""
TIE_M = 150
"""Ways that differ by less are told apart by the timetable."""
EARLIEST_S, LATEST_S = -15 * 60, 3 * 3600
"""What is more than that off its timetable is not on this run."""
_METRES_A_DEGREE = 111_195


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of a run: degrees, and seconds after the departure from the first one."""

    latitude: float
    longitude: float
    arrives_s: int
    departs_s: int


@dataclass(frozen=True, slots=True)
class Progress:
    """``next`` is the position of the stop that a vehicle is at (``is_there``) or comes to.

    ``late_s`` is below zero where it is early.
    """

    next: int
    is_there: bool
    late_s: int


@dataclass(frozen=True, slots=True)
class _Guess:
    progress: Progress
    detour_m: float


def follow(
    stops: Sequence[Stop], *, latitude: float, longitude: float, elapsed_s: int
) -> Progress | None:
    """The progress of a vehicle so many seconds after its departure by the timetable.

    None: it is not on this way, or too far off its timetable; or, before the departure, on its way to
    the first stop.
    """
    away = [_metres(stop.latitude, stop.longitude, latitude, longitude) for stop in stops]
    guesses = [*_at_stops(stops, away, elapsed_s)] or [*_between(stops, away, elapsed_s)]
    if elapsed_s < 0:
        guesses = [each for each in guesses if each.progress.next == 0 and each.progress.is_there]
    likely = [each for each in guesses if EARLIEST_S <= each.progress.late_s <= LATEST_S]
    if not likely:
        return None
    best = min(each.detour_m for each in likely)
    near = [each.progress for each in likely if each.detour_m <= best + TIE_M]
    return min(near, key=lambda each: abs(each.late_s))


def times(stops: Sequence[Stop], progress: Progress) -> Iterator[tuple[int, int, int]]:
    """For the next stop and all after it: position, arrival and departure in seconds as they will be.

    Nobody leaves before the timetable says so; who is late waits nowhere.
    """
    late = progress.late_s
    for number, stop in enumerate(stops[progress.next :], progress.next):
        is_here = progress.is_there and number == progress.next
        arrives = min(stop.arrives_s + late, stop.arrives_s) if is_here else stop.arrives_s + late
        leaves = max(stop.departs_s, stop.departs_s + late if is_here else arrives)
        yield number, arrives, leaves
        late = leaves - stop.departs_s


def _at_stops(stops: Sequence[Stop], away: Sequence[float], elapsed_s: int) -> Iterator[_Guess]:
    for number, (stop, metres) in enumerate(zip(stops, away, strict=True)):
        if metres <= AT_STOP_M:
            late = max(elapsed_s - stop.departs_s, 0) or min(elapsed_s - stop.arrives_s, 0)
            # Nothing is early at the first stop: it waits there.
            yield _Guess(Progress(number, True, late if number else max(late, 0)), 0)


def _between(stops: Sequence[Stop], away: Sequence[float], elapsed_s: int) -> Iterator[_Guess]:
    for number, ((start, end), (left, right)) in enumerate(
        zip(pairwise(stops), pairwise(away), strict=True), 1
    ):
        length = _metres(start.latitude, start.longitude, end.latitude, end.longitude)
        detour = left + right - length
        if detour <= DETOUR_M + DETOUR * length:
            share = left / (left + right)
            due = start.departs_s + share * (end.arrives_s - start.departs_s)
            yield _Guess(Progress(number, False, round(elapsed_s - due)), detour)


def _metres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """As the crow flies; good to a thousandth within a region."""
    x = (to_longitude - longitude) * cos(radians((latitude + to_latitude) / 2))
    return hypot(x, to_latitude - latitude) * _METRES_A_DEGREE
