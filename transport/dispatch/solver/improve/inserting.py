"""The cheapest feasible places of a request in a route, remembered by the route's signature.

A pair of places is tried in three steps, each only if it can still be the best: windows against the
least and greatest times of the route as it stands (necessary), cost, and the exact schedule. Of ten
pairs that pass the windows nine are feasible, so the exact schedule is asked of the cheapest alone,
and only where that fails of each that would be cheaper than those before it. While
a plan is torn down and mended the same partial routes come back again and again, so what was found
is kept in a table of fixed size under the signature of route and request.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.compiled import compiled, inlined
from transport.dispatch.solver.improve.net import (
    DROP,
    EARLY,
    END,
    EPS,
    FIXED,
    FROZEN,
    KIND,
    LATE,
    ONLY,
    PICK,
    RATE,
    RIDE,
    ROOM,
    START,
    TIED,
    Desk,
    Net,
    Routes,
)
from transport.dispatch.solver.improve.timing import can_insert

_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_TURN = np.uint64(32)


@inlined
def _has_room(net: Net, routes: Routes, vehicle: int, place: int, node: int) -> bool:
    """Whether who gets on at the node fits into the vehicle as it leaves the place."""
    fits = True
    for d in range(net.demand.shape[1]):
        load = routes.load[vehicle, place, d] + net.demand[node, d]
        fits = fits and load <= net.limit[vehicle, ROOM + d] + EPS
    return fits


@inlined
def _at_once(
    net: Net,
    routes: Routes,
    desk: Desk,
    ask: tuple[int, int],
    i: int,
    start: float,
    best: float,
    exact: bool,
) -> float:
    """The cost of pickup and delivery side by side after place i; ``best`` where it is not better."""
    vehicle, request = ask
    cost, when, step = net.cost[net.car[vehicle, RATE]], net.when, net.step
    p, d = net.ask[request, PICK], net.ask[request, DROP]
    a, b = routes.seq[vehicle, i], routes.seq[vehicle, i + 1]
    extra = cost[a, p] + cost[p, d] + cost[d, b] - cost[a, b]
    time = max(start + step[p, d], when[d, EARLY])
    hopeful = (
        extra < best
        and time <= when[d, LATE] + EPS
        and time + step[d, b] <= routes.hi[vehicle, i + 1] + EPS
    )
    if hopeful and (not exact or can_insert(net, routes, desk, ask, (i, i))):
        best = extra
    return best


@inlined
def _later(
    net: Net,
    routes: Routes,
    desk: Desk,
    ask: tuple[int, int],
    i: int,
    start: float,
    best: float,
    exact: bool,
) -> tuple[float, int]:
    """The cheapest place of the delivery after other stops, the pickup being after place i."""
    vehicle, request = ask
    cost, when, step = net.cost[net.car[vehicle, RATE]], net.when, net.step
    p, d = net.ask[request, PICK], net.ask[request, DROP]
    seq, lo, hi = routes.seq[vehicle], routes.lo[vehicle], routes.hi[vehicle]
    a, b = seq[i], seq[i + 1]
    grown = cost[a, p] + cost[p, b] - cost[a, b]
    time = start + step[p, b]
    out = min(when[p, LATE], hi[i + 1] - step[p, b]) + when[d, RIDE]
    early, out = when[d, EARLY], min(out, when[d, LATE]) + EPS
    found = -1
    for j in range(i + 1, routes.size[vehicle] - 1):
        time = max(time, lo[j])
        if time > hi[j] + EPS or time > out or not _has_room(net, routes, vehicle, j, p):
            break
        a, b = seq[j], seq[j + 1]
        extra = grown + cost[a, d] + cost[d, b] - cost[a, b]
        if extra < best:
            there = max(time + step[a, d], early)
            if there <= out and there + step[d, b] <= hi[j + 1] + EPS:
                if not exact or can_insert(net, routes, desk, ask, (i, j)):
                    best, found = extra, j
        time += step[a, b]
    return best, found


@compiled
def _both(
    net: Net, routes: Routes, desk: Desk, ask: tuple[int, int], enough: float
) -> tuple[float, int, int]:
    """The cheapest places of pickup and delivery in a route; -1 where none costs less than ``enough``."""
    extra, i, j = _scan(net, routes, desk, ask, enough, False)
    if j < 0 or can_insert(net, routes, desk, ask, (i, j)):
        return extra, i, j
    return _scan(net, routes, desk, ask, enough, True)


@compiled
def _scan(
    net: Net, routes: Routes, desk: Desk, ask: tuple[int, int], best: float, exact: bool
) -> tuple[float, int, int]:
    """The cheapest pair that passes the windows, or, if exact, that has a schedule."""
    vehicle, request = ask
    seq, p = routes.seq[vehicle], net.ask[request, PICK]
    early, late = net.when[p, EARLY], net.when[p, LATE]
    pickup, delivery = -1, -1
    for i in range(net.car[vehicle, FROZEN], routes.size[vehicle] - 1):
        ready = routes.lo[vehicle, i]
        if ready > late:
            break
        start = max(ready + net.step[seq[i], p], early)
        if start > late + EPS or not _has_room(net, routes, vehicle, i, p):
            continue
        extra = _at_once(net, routes, desk, ask, i, start, best, exact)
        if extra < best:
            best, pickup, delivery = extra, i, i
        if start + net.step[p, seq[i + 1]] > routes.hi[vehicle, i + 1] + EPS:
            continue
        extra, j = _later(net, routes, desk, ask, i, start, best, exact)
        if extra < best:
            best, pickup, delivery = extra, i, j
    return best, pickup, delivery


@compiled
def _delivery(
    net: Net, routes: Routes, desk: Desk, ask: tuple[int, int], best: float
) -> tuple[float, int, int]:
    """As ``_both`` for a rider who is on board already: (cost, -1, place)."""
    vehicle, request = ask
    cost = net.cost[net.car[vehicle, RATE]]
    d, nobody = net.ask[request, DROP], net.car[vehicle, END]
    found = -1
    for j in range(net.car[vehicle, FROZEN], routes.size[vehicle] - 1):
        a, b = routes.seq[vehicle, j], routes.seq[vehicle, j + 1]
        if j > net.car[vehicle, FROZEN] and not _has_room(net, routes, vehicle, j, nobody):
            break  # who got on here needs the place of the rider, whom the loads count to the end
        extra = cost[a, d] + cost[d, b] - cost[a, b]
        there = routes.lo[vehicle, j] + net.step[a, d]
        if extra < best and there <= net.when[d, LATE] + EPS:
            if can_insert(net, routes, desk, ask, (-1, j)):
                best, found = extra, j
    return best, -1, found


@inlined
def _of_setting_out(net: Net, vehicle: int) -> float:
    """What an idle vehicle costs beside the detour: all of its way, which it does not go while idle."""
    way = net.cost[net.car[vehicle, RATE], net.car[vehicle, START], net.car[vehicle, END]]
    return float(net.limit[vehicle, FIXED] + way)


@compiled
def cheapest(
    net: Net, routes: Routes, desk: Desk, ask: tuple[int, int], enough: float
) -> tuple[float, int, int]:
    """What (vehicle, request) costs at its best places (see ``lay``).

    What costs ``enough`` or more may be told as inf. What is remembered without places is a bound: none
    costs less than that.
    """
    vehicle, request = ask
    only = net.ask[request, ONLY]
    if (only >= 0 and only != vehicle) or not net.able[request, net.car[vehicle, KIND]]:
        return np.inf, -1, -1
    key = routes.sign[vehicle] ^ (net.mark[net.ask[request, DROP]] * _SPREAD)
    key ^= key >> _TURN
    desk.tries[0] += 1
    slot = int(key & np.uint64(len(desk.keys) - 1))
    if desk.keys[slot] == key:
        if desk.places[slot, 1] >= 0:
            return desk.deltas[slot], desk.places[slot, 0], desk.places[slot, 1]
        if enough <= desk.deltas[slot]:
            return np.inf, -1, -1
    desk.tries[1] += 1
    fixed = _of_setting_out(net, vehicle) if routes.size[vehicle] == 2 else 0.0
    if net.ask[request, TIED]:
        extra, i, j = _delivery(net, routes, desk, ask, enough - fixed)
    else:
        extra, i, j = _both(net, routes, desk, ask, enough - fixed)
    desk.keys[slot], desk.deltas[slot] = key, extra + fixed
    desk.places[slot, 0], desk.places[slot, 1] = i, j
    return extra + fixed if j >= 0 else np.inf, i, j
