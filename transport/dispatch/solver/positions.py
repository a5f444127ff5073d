"""One vehicle's row and the places of a request in it, for the kernels of ``insertion``.

Everything here is a leaf (see ``leaf``) but ``scratch``, which makes what the others write to.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from transport.dispatch.solver import legs, schedule
from transport.dispatch.solver.arrays import Arrays, Routes
from transport.dispatch.solver.leaf import leaf
from transport.dispatch.solver.rules import EPS_S

ROUNDING = 1e-6
"""Fen that a bound gives away, since it sums in another order."""


Found = tuple[int, int, int, float]
"""Vehicle (-1: none), positions of pick-up and drop-off, fen."""


class Row(NamedTuple):
    """One vehicle's row and the request to be put in.

    ``late`` is fen a second; ``direct`` when the request is dropped off at the earliest, ``before`` the
    sum of the moments at which the row's people are (both 0 where time costs nothing).
    """

    v: int
    stops: Any
    m: int
    frozen: int
    r: int
    used: bool
    late: float
    direct: float
    before: float


class Scratch(NamedTuple):
    """What a search writes to: along the row the time and place it goes on from and the load it has;
    then the row with the request, where its drop-offs were picked up, and its times."""

    ready: Any
    where: Any
    load: Any
    seq: Any
    pick_at: Any
    begin: Any


@njit(cache=True)
def scratch(width: int, dimensions: int) -> Scratch:
    return Scratch(
        np.empty(width),
        np.empty(width, np.int32),
        np.empty((width, dimensions), np.int32),
        np.empty(width, np.int32),
        np.empty(width, np.int32),
        np.empty(width),
    )


@leaf
def row_of(a: Arrays, routes: Routes, v: int, r: int) -> Row:
    """For leaves only: it has a view of the rows."""
    m = routes.length[v]
    used = False
    for k in range(m):
        if routes.stops[v, k] < 2 * a.size[0]:
            used = True
    return Row(v, routes.stops[v], m, routes.frozen[v], r, used, 0.0, 0.0, 0.0)


@leaf
def timed(a: Arrays, row: Row, work: Scratch, late: float) -> Row:
    """The row with what it takes to price people's time."""
    n, r = a.size[0], row.r
    ride = legs.seconds(a.t, a.place[r], a.place[n + r]) * a.t.factors[1]
    direct = max(a.earliest[r] + a.service[r] + ride, a.earliest[n + r])
    for k in range(row.m):
        work.seq[k] = row.stops[k]
    before = 0.0
    if schedule.pairs(a, row.v, work.seq, row.m, work.pick_at) == schedule.OK:
        schedule.least_times(a, row.v, work.seq, row.m, work.pick_at, work.begin)
        before = _dropped_off(a, work, row.m)
    return Row(row.v, row.stops, row.m, row.frozen, r, row.used, late, direct, before)


@leaf
def _dropped_off(a: Arrays, work: Scratch, m: int) -> float:
    """Sum of the moments at which the first m of ``work.seq`` are dropped off, seconds."""
    total = 0.0
    for k in range(m):
        if a.size[0] <= work.seq[k] < 2 * a.size[0]:
            total += work.begin[k + 1]
    return total


@njit(cache=True, inline="always")
def start_place(a: Arrays, v: int) -> int:
    return a.place[2 * a.size[0] + a.size[1] + v]


@leaf
def _next_place(a: Arrays, row: Row, k: int) -> int:
    """The first place the row goes to at stop k or later (breaks have none); -1 if it ends anywhere."""
    while k < row.m:
        if a.place[row.stops[k]] >= 0:
            return a.place[row.stops[k]]
        k += 1
    return a.place[2 * a.size[0] + a.size[1] + a.size[2] + row.v]


@leaf
def _gap(a: Arrays, row: Row, prev: int, there: int) -> tuple[float, float, float]:
    """Fen that the pick-up adds between two places of the row, the drop-off, both after each other."""
    pick, drop = a.place[row.r], a.place[a.size[0] + row.r]
    head = schedule.leg_cost(a, row.v, prev, pick)
    tail = schedule.leg_cost(a, row.v, prev, drop)
    both = head + schedule.leg_cost(a, row.v, pick, drop)
    if there >= 0:
        base = schedule.leg_cost(a, row.v, prev, there) if row.used else 0.0
        to_next = schedule.leg_cost(a, row.v, drop, there)
        head += schedule.leg_cost(a, row.v, pick, there) - base
        tail += to_next - base
        both += to_next - base
    return head, tail, both


@leaf
def cheapest_pair(a: Arrays, row: Row) -> float:
    """The least that any pair of positions adds, rules aside: the best head so far meets each tail."""
    prev = start_place(a, row.v)
    least = np.inf
    earlier = np.inf
    for k in range(row.m + 1):
        stays = k < row.m and a.place[row.stops[k]] < 0
        if k >= row.frozen and not stays:
            head, tail, both = _gap(a, row, prev, _next_place(a, row, k))
            least = min(least, both, earlier + tail)
            earlier = min(earlier, head)
        if k < row.m and not stays:
            prev = a.place[row.stops[k]]
    return least if row.used else least + a.cost[row.v, 0]


@njit(cache=True, inline="always")
def _arrive(a: Arrays, i: int, j: int, at: float) -> float:
    return legs.arrival(a.t, i, j, at)


@leaf
def _walk(a: Arrays, row: Row, work: Scratch) -> int:
    """Fill time, place and load along the row; the last position before which every window is kept."""
    at = a.earliest[2 * a.size[0] + a.size[1] + row.v]
    place = start_place(a, row.v)
    for d in range(a.size[4]):
        work.load[0, d] = a.start_load[row.v, d]
    work.ready[0], work.where[0] = at, place
    for k in range(row.m):
        for d in range(a.size[4]):
            work.load[k + 1, d] = work.load[k, d] + a.load[row.stops[k], d]
    for k in range(row.m):
        x = row.stops[k]
        if a.place[x] >= 0:
            at = _arrive(a, place, a.place[x], at)
            place = a.place[x]
        at = max(at, a.earliest[x])
        if at > a.latest[x] + EPS_S:
            return k
        at += a.service[x]
        work.ready[k + 1], work.where[k + 1] = at, place
    return row.m


@leaf
def _has_room(a: Arrays, row: Row, load: Any) -> bool:
    room = True
    for d in range(a.size[4]):
        room = room and load[d] + a.load[row.r, d] <= a.capacity[row.v, d]
    return room


@leaf
def try_vehicle(a: Arrays, row: Row, work: Scratch, found: Found) -> Found:
    """The better of what was found and the best pair of positions of this vehicle."""
    extra = 0.0 if row.used else a.cost[row.v, 0]
    for i in range(row.frozen, _walk(a, row, work) + 1):
        at = _arrive(a, work.where[i], a.place[row.r], work.ready[i])
        at = max(at, a.earliest[row.r])
        if at > a.latest[row.r] + EPS_S or not _has_room(a, row, work.load[i]):
            continue
        head, _, both = _gap(a, row, work.where[i], _next_place(a, row, i))
        drop = a.place[a.size[0] + row.r]
        there = _arrive(a, a.place[row.r], drop, at + a.service[row.r])
        found = _try_pair(a, row, work, (i, i), both + extra, there, found)
        found = _try_tails(a, row, work, i, at + a.service[row.r], (head, both, extra), found)
    return found


@leaf
def _try_tails(
    a: Arrays,
    row: Row,
    work: Scratch,
    i: int,
    at: float,
    costs: tuple[float, float, float],
    found: Found,
) -> Found:
    """Every drop-off after more of the row, for a pick-up at position i that is left at ``at``."""
    n = a.size[0]
    place, drop = a.place[row.r], a.place[n + row.r]
    cost = costs[1]
    apart = False
    for j in range(i + 1, row.m + 1):
        x = row.stops[j - 1]
        if x < 2 * n:
            apart = True
            at = _arrive(a, place, a.place[x], at)
            place = a.place[x]
        elif not a.with_riders[x - 2 * n]:
            return found
        at = max(at, a.earliest[x])
        if at > a.latest[x] + EPS_S:
            return found
        at += a.service[x]
        if not _has_room(a, row, work.load[j]):
            return found
        if apart:
            _, tail, _ = _gap(a, row, place, _next_place(a, row, j))
            cost = costs[0] + tail
        there = _arrive(a, place, drop, at)
        if there <= a.latest[n + row.r] + EPS_S:
            found = _try_pair(a, row, work, (i, j), cost + costs[2], there, found)
    return found


@leaf
def _try_pair(
    a: Arrays,
    row: Row,
    work: Scratch,
    at: tuple[int, int],
    cost: float,
    there: float,
    found: Found,
) -> Found:
    """The pair if it is better than what was found and the row with it keeps every rule.

    ``cost`` is of its legs, ``there`` a moment before which the request is not dropped off.
    """
    if row.late > 0.0:
        least = cost + row.late * max(there - row.direct, 0.0) - ROUNDING
        if least > found[3] or not _keeps_rules(a, row, work, at[0], at[1]):
            return found
        cost += lateness(a, row, work)
        if cost > found[3] or (cost == found[3] and row.v >= found[0]):
            return found
        return row.v, at[0], at[1], cost
    if cost > found[3] or (cost == found[3] and row.v >= found[0]):
        return found
    if _keeps_rules(a, row, work, at[0], at[1]):
        return row.v, at[0], at[1], cost
    return found


@leaf
def lateness(a: Arrays, row: Row, work: Scratch) -> float:
    """Fen of people's time that the row with the request, whose times are known, adds."""
    return row.late * (_dropped_off(a, work, row.m + 2) - row.before - row.direct)


@leaf
def _keeps_rules(a: Arrays, row: Row, work: Scratch, i: int, j: int) -> bool:
    put(a, row, i, j, work.seq)
    m = row.m + 2
    if schedule.rests(a, row.v, work.seq, m) != schedule.OK:
        return False
    if schedule.hours(a, row.v, work.seq, m) != schedule.OK:
        return False
    if schedule.pairs(a, row.v, work.seq, m, work.pick_at) != schedule.OK:
        return False
    if schedule.loads(a, row.v, work.seq, m) != schedule.OK:
        return False
    code = schedule.least_times(a, row.v, work.seq, m, work.pick_at, work.begin)
    return bool(code == schedule.OK)


@leaf
def put(a: Arrays, row: Row, i: int, j: int, seq: Any) -> None:
    """The row with the request at positions i and j."""
    for k in range(i):
        seq[k] = row.stops[k]
    seq[i] = row.r
    for k in range(i, j):
        seq[k + 1] = row.stops[k]
    seq[j + 1] = a.size[0] + row.r
    for k in range(j, row.m):
        seq[k + 2] = row.stops[k]


@leaf
def added(a: Arrays, row: Row, i: int, j: int) -> float:
    """Fen that a pair of positions adds."""
    extra = 0.0 if row.used else a.cost[row.v, 0]
    head, _, both = _gap(a, row, _place_before(a, row, i), _next_place(a, row, i))
    for k in range(i, j):
        if row.stops[k] < 2 * a.size[0]:
            _, tail, _ = _gap(a, row, _place_before(a, row, j), _next_place(a, row, j))
            return head + tail + extra
    return both + extra


@leaf
def _place_before(a: Arrays, row: Row, k: int) -> int:
    """Where the row is before stop k."""
    for q in range(k - 1, -1, -1):
        if a.place[row.stops[q]] >= 0:
            return a.place[row.stops[q]]
    return start_place(a, row.v)
