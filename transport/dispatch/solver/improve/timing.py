"""When each stop of a route can be served at the earliest and at the latest, exactly.

Windows, travel, ride limits and the longest route are difference constraints; their least and
greatest solutions are found by pushing times along the route and pulling pickups after their
deliveries until nothing moves. No round moves nothing unless there is no solution after as many
rounds as there are places (Bellman-Ford), and two or three rounds are the rule.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.compiled import compiled, inlined
from transport.dispatch.solver.improve.net import (
    DROP,
    EARLY,
    EPS,
    FIXED,
    KIND,
    LATE,
    LONGEST,
    MATE,
    OWNER,
    PICK,
    RATE,
    RIDE,
    Desk,
    Floats,
    Net,
    Routes,
    Whole,
)

_ODD = np.uint64(0x9E3779B97F4A7C15)
_TURN, _BACK = np.uint64(29), np.uint64(35)


@inlined
def _push(net: Net, desk: Desk, size: int, first: int, last: int) -> int:
    """Carries raised times onward; the last place that moved (at least ``last``), -1 when too late."""
    route, lo, step, when = desk.route, desk.lo, net.step, net.when
    end = last
    here = route[first]
    for k in range(first, size - 1):
        there = route[k + 1]
        time = lo[k] + step[here, there]
        if time > lo[k + 1]:
            if time > when[there, LATE] + EPS:
                end = -1
                break
            lo[k + 1] = time
            end = max(end, k + 1)
        elif k + 1 > last:
            break
        here = there
    return end


@inlined
def _pull(net: Net, desk: Desk, first: int, end: int) -> tuple[int, int]:
    """Raises pickups whose ride is too long: the span of those raised, high -1 none, -2 too late."""
    route, lo, when = desk.route, desk.lo, net.when
    low, high = end, -1
    for k in range(end, first - 1, -1):
        node = route[k]
        ride = when[node, RIDE]
        if ride == np.inf:
            continue
        pick = net.who[node, MATE]
        place = desk.spot[pick]
        need = lo[k] - ride
        if need > lo[place] + EPS:
            if need > when[pick, LATE] + EPS:
                high = -2
                break
            lo[place] = need
            low, high = min(low, place), max(high, place)
    return low, high


@inlined
def settle(net: Net, desk: Desk, size: int, first: int, last: int, longest: float) -> bool:
    """Raises desk.lo, consistent but from place first to last, to the least solution, if there is one."""
    found = False
    for _ in range(size + 2):
        end = _push(net, desk, size, first, last)
        if end < 0:
            break
        low, high = _pull(net, desk, first, end)
        need = desk.lo[size - 1] - longest
        if need > desk.lo[0] + EPS and high != -2:
            high = max(high, 0) if need <= net.when[desk.route[0], LATE] + EPS else -2
            desk.lo[0], low = need, 0
        if high < 0:
            found = high == -1
            break
        first, last = low, high
    return found


@compiled
def _lower(net: Net, route: Whole, hi: Floats, size: int, longest: float) -> bool:
    """One round of the greatest solution; whether anything moved."""
    moved = False
    end = hi[0] + longest
    if end < hi[size - 1] - EPS:
        hi[size - 1] = end
        moved = True
    for k in range(size - 2, -1, -1):
        time = hi[k + 1] - net.step[route[k], route[k + 1]]
        if time < hi[k]:
            hi[k] = time
            moved = True
    return moved


@compiled
def _cap(net: Net, routes: Routes, vehicle: int) -> bool:
    """Lowers deliveries whose pickup must be early; whether anything moved."""
    moved = False
    hi = routes.hi[vehicle]
    for k in range(1, routes.size[vehicle] - 1):
        node = routes.seq[vehicle, k]
        ride = net.when[node, RIDE]
        if ride < np.inf:
            most = hi[routes.spot[net.who[node, MATE]]] + ride
            if most < hi[k] - EPS:
                hi[k] = most
                moved = True
    return moved


@compiled
def _measure(net: Net, routes: Routes, vehicle: int) -> None:
    """Places, loads, cost and signature of a route whose sequence has changed."""
    size, seq = routes.size[vehicle], routes.seq[vehicle]
    sign = np.uint64(net.car[vehicle, KIND] + 1) * _ODD
    cost = net.cost[net.car[vehicle, RATE]]
    spent = net.limit[vehicle, FIXED]
    for k in range(size):
        node = seq[k]
        if net.who[node, OWNER] >= 0:
            routes.spot[node] = k
        sign = (sign ^ net.mark[node]) * _ODD
        sign ^= sign >> _TURN
        for d in range(net.demand.shape[1]):
            before = routes.load[vehicle, k - 1, d] if k else 0.0
            routes.load[vehicle, k, d] = before + net.demand[node, d]
        if k:
            spent += cost[seq[k - 1], node]
    routes.sign[vehicle] = sign ^ (sign >> _BACK)
    routes.spent[vehicle] = spent if size > 2 else 0.0  # an idle vehicle goes nowhere


@compiled
def refresh(net: Net, routes: Routes, desk: Desk, vehicle: int) -> bool:
    """Everything known about a route anew from its sequence; whether it can be driven."""
    _measure(net, routes, vehicle)
    size, longest = routes.size[vehicle], net.limit[vehicle, LONGEST]
    for k in range(size):
        node = routes.seq[vehicle, k]
        desk.route[k] = node
        desk.lo[k] = net.when[node, EARLY]
        desk.spot[node] = k
        routes.hi[vehicle, k] = net.when[node, LATE]
    if not settle(net, desk, size, 0, size - 1, longest):
        return False
    for k in range(size):
        routes.lo[vehicle, k] = desk.lo[k]
    for _ in range(size + 2):
        moved = _lower(net, routes.seq[vehicle], routes.hi[vehicle], size, longest)
        if not _cap(net, routes, vehicle) and not moved:
            break
    return True


@inlined
def lay(net: Net, routes: Routes, desk: Desk, ask: tuple[int, int], at: tuple[int, int]) -> int:
    """Onto the desk: the vehicle's route with the request's pickup after place i, delivery after j.

    ``ask`` is (vehicle, request), ``at`` (i, j) with i = j for a delivery right after its pickup and
    i = -1 for a tied request, whose delivery alone is put in. Gives the number of places.
    """
    vehicle, request = ask
    i, j = at
    seq, least = routes.seq[vehicle], routes.lo[vehicle]
    route, lo, spot, when = desk.route, desk.lo, desk.spot, net.when
    n = 0
    for k in range(routes.size[vehicle]):
        node = seq[k]
        route[n], lo[n], spot[node] = node, least[k], n
        n += 1
        if k == i:
            node = net.ask[request, PICK]
            route[n], lo[n], spot[node] = node, when[node, EARLY], n
            n += 1
        if k == j:
            node = net.ask[request, DROP]
            route[n], lo[n], spot[node] = node, when[node, EARLY], n
            n += 1
    return n


@inlined
def can_insert(
    net: Net, routes: Routes, desk: Desk, ask: tuple[int, int], at: tuple[int, int]
) -> bool:
    """Whether the route has a schedule with the request at those places (as in ``lay``)."""
    size = lay(net, routes, desk, ask, at)
    first = at[0] if at[0] >= 0 else at[1]
    last = at[1] + 2 if at[0] >= 0 else at[1] + 1
    return settle(net, desk, size, first, last, net.limit[ask[0], LONGEST])
