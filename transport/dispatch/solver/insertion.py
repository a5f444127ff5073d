"""Where one more request fits best: exact, over a whole fleet, with pruning that loses nothing.

``best`` gives the cheapest feasible place of a request in the rows of a fleet; ``scan`` the same by
trying every vehicle and every pair of positions, which is what ``best`` is judged by. The order of what
a row already has stays. Equal costs go to the lower vehicle, then the earlier positions.

Nothing is lost by the pruning, because each of its reasons is a bound:

* whom a vehicle may not carry, or a party larger than the vehicle, it never carries;
* on a plane or on the earth a vehicle is at the pick-up no sooner than straight from its start, with the
  quickest factor of the day (the triangle inequality; a matrix need not obey it and is not asked);
* the cheapest pair of positions without any rule costs no more than the cheapest with all of them:
  vehicles come from a heap in that order, and the search ends at the first that costs more than what
  has been found;
* where people's time counts too (``late``), nobody is later for less than the way straight to the pick-up;
* times passed forward without ride limits are never later than the least times with them, so a position
  whose forward times miss a window has no timetable.

What is left is asked exactly (``schedule.least_times``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from transport.dispatch.solver import legs, schedule
from transport.dispatch.solver.arrays import Arrays, Ints, Routes
from transport.dispatch.solver.leaf import leaf
from transport.dispatch.solver.positions import (
    ROUNDING,
    Found,
    Scratch,
    added,
    cheapest_pair,
    lateness,
    put,
    row_of,
    scratch,
    timed,
    try_vehicle,
)
from transport.dispatch.solver.rules import EPS_S


class Insertion(NamedTuple):
    """A place for a request: before which stops of the vehicle's row (as it is now), and what it adds.

    ``pickup`` <= ``dropoff``; equal means one after the other. ``cost`` in fen, of legs and of people's time.
    """

    vehicle: int
    pickup: int
    dropoff: int
    cost: float


def best(
    a: Arrays, routes: Routes, r: int, vehicles: Ints | None = None, *, late: float = 0.0
) -> Insertion | None:
    """The cheapest feasible place of request r among ``vehicles`` (all, if None), or None.

    ``vehicles`` are numbers in rising order. The rows must keep the rules of order themselves. ``late``
    is what each second costs (fen) by which somebody is dropped off later: whom the row has already,
    than without the request; the request, than straight away from its earliest moment.
    """
    chosen = np.arange(len(routes.length), dtype=np.int32) if vehicles is None else vehicles
    v, i, j, cost = _best(a, routes, _Ask(r, late), chosen)
    return Insertion(v, i, j, cost) if v >= 0 else None


def scan(a: Arrays, routes: Routes, r: int, *, late: float = 0.0) -> Insertion | None:
    """The same by brute force: every pair of positions of every vehicle is built and judged."""
    v, i, j, cost = _scan(a, routes, _Ask(r, late))
    return Insertion(v, i, j, cost) if v >= 0 else None


def insert(a: Arrays, routes: Routes, r: int, place: Insertion) -> Routes:
    """Put the request there: in place, or in wider rows if they are full (use what is returned)."""
    stops = routes.stops
    if routes.length[place.vehicle] + 2 > stops.shape[1]:
        wider = np.full((stops.shape[0], stops.shape[1] + 8), -1, np.int32)
        wider[:, : stops.shape[1]] = stops
        stops = wider
    n, m = int(a.size[0]), int(routes.length[place.vehicle])
    row = stops[place.vehicle, :m].tolist()
    i, j = place.pickup, place.dropoff
    stops[place.vehicle, : m + 2] = [*row[:i], r, *row[i:j], n + r, *row[j:]]
    routes.length[place.vehicle] += 2
    return routes._replace(stops=stops)


def remove(a: Arrays, routes: Routes, r: int) -> None:
    """Take what is not frozen of request r out of its row, in place."""
    n = int(a.size[0])
    for v, i in zip(*np.nonzero((routes.stops == r) | (routes.stops == n + r)), strict=True):
        if i < routes.frozen[v]:
            continue
        row, m = routes.stops[v], int(routes.length[v])
        kept = [
            x for k, x in enumerate(row[:m].tolist()) if k < routes.frozen[v] or x not in (r, n + r)
        ]
        routes.stops[v, :m] = kept + [-1] * (m - len(kept))
        routes.length[v] = len(kept)


class _Ask(NamedTuple):
    """The request, and what a second of people's time costs."""

    r: int
    late: float


class _Queue(NamedTuple):
    """Vehicles as a heap, the least bound of what they add on top."""

    bound: Any
    heap: Any


@njit(cache=True)
def _best(a: Arrays, routes: Routes, ask: _Ask, vehicles: Any) -> Found:
    work = scratch(routes.stops.shape[1] + 4, a.size[4])
    queue = _Queue(np.empty(vehicles.shape[0]), np.empty(vehicles.shape[0], np.int32))
    return _search(a, routes, ask, vehicles, work, queue)


@leaf
def _search(
    a: Arrays, routes: Routes, ask: _Ask, vehicles: Any, work: Scratch, queue: _Queue
) -> Found:
    count = 0
    for v in vehicles:
        if _possible(a, v, ask.r):
            queue.bound[count] = cheapest_pair(a, row_of(a, routes, v, ask.r))
            if ask.late > 0.0:
                queue.bound[count] += ask.late * _least_wait(a, v, ask.r) - ROUNDING
            queue.heap[count] = v
            count += 1
    for k in range(count // 2 - 1, -1, -1):
        _sink(queue, k, count)
    found = (-1, 0, 0, np.inf)
    while count > 0 and queue.bound[0] <= found[3]:
        row = row_of(a, routes, queue.heap[0], ask.r)
        if ask.late > 0.0:
            row = timed(a, row, work, ask.late)
        found = try_vehicle(a, row, work, found)
        count -= 1
        queue.bound[0], queue.heap[0] = queue.bound[count], queue.heap[count]
        _sink(queue, 0, count)
    return found


@leaf
def _sink(queue: _Queue, k: int, count: int) -> None:
    """Restore the heap below k: the least bound on top."""
    bound, heap = queue.bound, queue.heap
    while True:
        child = 2 * k + 1
        if child >= count:
            return
        if child + 1 < count and bound[child + 1] < bound[child]:
            child += 1
        if bound[k] <= bound[child]:
            return
        bound[k], bound[child] = bound[child], bound[k]
        heap[k], heap[child] = heap[child], heap[k]
        k = child


@leaf
def _least_wait(a: Arrays, v: int, r: int) -> float:
    """Seconds that the request waits for the vehicle at least."""
    if a.t.mode[0] == 0:
        return 0.0
    start = 2 * a.size[0] + a.size[1] + v
    direct = legs.seconds(a.t, a.place[start], a.place[r]) * a.t.factors[1]
    return max(a.earliest[start] + direct - a.earliest[r], 0.0)


@leaf
def _possible(a: Arrays, v: int, r: int) -> bool:
    """Bounds that need no row: who may carry whom, size, and the way from the start."""
    if schedule.allowed(a, v, r) != schedule.OK:
        return False
    for d in range(a.size[4]):
        if a.load[r, d] > a.capacity[v, d]:
            return False
    if a.t.mode[0] == 0:
        return True
    start = 2 * a.size[0] + a.size[1] + v
    direct = legs.seconds(a.t, a.place[start], a.place[r]) * a.t.factors[1]
    return bool(a.earliest[start] + direct <= a.latest[r] + EPS_S)


@njit(cache=True)
def _scan(a: Arrays, routes: Routes, ask: _Ask) -> Found:
    return _try_all(a, routes, ask, scratch(routes.stops.shape[1] + 4, a.size[4]))


@leaf
def _try_all(a: Arrays, routes: Routes, ask: _Ask, work: Scratch) -> Found:
    found = (-1, 0, 0, np.inf)
    for v in range(routes.length.shape[0]):
        row = row_of(a, routes, v, ask.r)
        if ask.late > 0.0:
            row = timed(a, row, work, ask.late)
        for i in range(row.frozen, row.m + 1):
            for j in range(i, row.m + 1):
                put(a, row, i, j, work.seq)
                m = row.m + 2
                if schedule.judged(a, v, work.seq, m, work.begin, work.pick_at) != schedule.OK:
                    continue
                cost = added(a, row, i, j)
                if ask.late > 0.0:
                    cost += lateness(a, row, work)
                if cost < found[3]:
                    found = (v, i, j, cost)
    return found
