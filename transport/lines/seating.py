"""Who sits where: chosen seats stay, everybody else gets one seat for the whole ride. Pure.

A ride takes its seat on the segments from ``board`` up to before ``alight``. Without chosen seats, as many
riders as seats on every segment can always be seated (interval graphs are perfect). Chosen seats cut the
others into gaps, and then counts are not enough: seats 1 A-B and 2 B-C chosen, nobody rides A-C although
a seat is free on either part. Whether a seating exists is then the track assignment problem: NP-complete
in general (Brucker and Nordmann 1994, "The k-track assignment problem", Computing 52), small on a vehicle.
It is decided exactly by a search over the gaps in order of boarding; gaps that end alike are alike, and a
state that failed is not entered again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

Ride = tuple[int, int]
"""(board, alight): positions of stops, board < alight."""

MOST_STATES = 20_000
"""Where more states than this were looked at, a seating counts as not there: nobody is sold a seat on
a guess. A coach of 60 seats and 30 stops needs some hundred."""


def overlap(one: Ride, other: Ride) -> bool:
    """Whether two rides are on the same segment somewhere."""
    return one[0] < other[1] and other[0] < one[1]


Gaps = Counter[tuple[int, int]]
"""How many gaps are free from one stop on and end at another."""


def seat(
    seats: int, chosen: Mapping[int, Sequence[Ride]], others: Sequence[Ride], *, stops: int
) -> list[int] | None:
    """The seat (from 1) of each of ``others``, in their order; None where there is no seating.

    :raises ValueError: a seat was chosen twice for the same segment, or is none of the vehicle's.
    """
    gaps = _gaps(seats, chosen, stops)
    order = sorted(range(len(others)), key=lambda n: (others[n][0], -others[n][1]))
    rides = [others[n] for n in order]
    ends = _search(rides, gaps)
    if ends is None:
        return None
    numbers = _numbered(rides, ends, gaps)
    return [number for _n, number in sorted(zip(order, numbers, strict=True))]


def _gaps(
    seats: int, chosen: Mapping[int, Sequence[Ride]], stops: int
) -> list[tuple[int, int, int]]:
    """(from, to, seat) of all that is free beside the chosen rides, by where it begins."""
    if not all(1 <= number <= seats for number, rides in chosen.items() if rides):
        raise ValueError("no such seat")
    found = []
    for number in range(1, seats + 1):
        free_from = 0
        for board, alight in sorted(chosen.get(number, ())):
            if board < free_from:
                raise ValueError(f"seat {number} was chosen twice")
            if board > free_from:
                found.append((free_from, board, number))
            free_from = alight
        if free_from < stops - 1:
            found.append((free_from, stops - 1, number))
    return sorted(found)


def _search(rides: Sequence[Ride], gaps: Sequence[tuple[int, int, int]]) -> list[int] | None:
    """Where the gap ends into which each ride goes, by boarding; None: there is no seating.

    Depth first, the shortest gap that fits first, with a stack of its own: rides are many.
    """
    failed = set[tuple[int, frozenset[tuple[tuple[int, int], int]]]]()
    taken: list[int] = []
    frames = [_frame(rides, 0, Counter((begins, ends) for begins, ends, _seat in gaps))]
    for _state in range(MOST_STATES):
        if len(taken) == len(rides):
            return taken
        free, options = frames[-1]
        n = len(taken)
        state = (n, frozenset(free.items()))
        if options and state not in failed:
            ends = options.pop(0)
            taken.append(ends)
            frames.append(_frame(rides, n + 1, _ridden(free, rides[n], ends)))
            continue
        failed.add(state)
        frames.pop()
        if not frames:
            return None
        taken.pop()
    return None


def _frame(rides: Sequence[Ride], n: int, gaps: Gaps) -> tuple[Gaps, list[int]]:
    """What is free when ride ``n`` boards, and the ends of the gaps that it fits into."""
    if n == len(rides):
        return gaps, []
    board, alight = rides[n]
    free: Gaps = Counter()
    for (begins, ends), count in gaps.items():
        if ends > board:
            free[max(begins, board), ends] += count
    return free, sorted(ends for begins, ends in free if begins == board and ends >= alight)


def _ridden(free: Gaps, ride: Ride, ends: int) -> Gaps:
    """What is free once a ride has one of the gaps that end there."""
    board, alight = ride
    left = Counter(free)
    left[board, ends] -= 1
    if alight < ends:
        left[alight, ends] += 1
    return +left


def _numbered(
    rides: Sequence[Ride], ends: Sequence[int], gaps: Sequence[tuple[int, int, int]]
) -> list[int]:
    """A seat for each ride among those whose gap ends where its does: any that is free by then."""
    seats: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for begins, gap_ends, number in gaps:
        heappush(seats[gap_ends], (begins, number))
    numbers = []
    for (_board, alight), gap_ends in zip(rides, ends, strict=True):
        _free_since, number = heappop(seats[gap_ends])
        heappush(seats[gap_ends], (alight, number))
        numbers.append(number)
    return numbers
