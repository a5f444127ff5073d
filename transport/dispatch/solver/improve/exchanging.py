"""Two vehicles exchange stretches of their routes that begin and end with nobody aboard.

A stretch may be empty, so that a stretch moves, or the rest of the route (the 2-opt* of Potvin & Rousseau
1995): great changes of the plan that cost four legs, which taking requests out and putting them back
hardly ever finds.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.chance import below, share
from transport.dispatch.solver.improve.compiled import compiled, inlined
from transport.dispatch.solver.improve.net import (
    DROP,
    EPS,
    FIXED,
    FROZEN,
    KIND,
    ONLY,
    OWNER,
    RATE,
    TIED,
    Desk,
    Net,
    Routes,
    Whole,
    Words,
)
from transport.dispatch.solver.improve.timing import refresh

_FAR = 12.0
"""Times the heat: so much dearer is accepted once in 160,000 times, and not looked at."""


@compiled
def exchange(net: Net, routes: Routes, desk: Desk, chance: Words, heat: float) -> bool:
    """One exchange that annealing accepts at this heat; False where none was found.

    The two vehicles are ticked off in ``desk.flags``; where False, their rows may be broken.
    """
    desk.flags[len(net.ask) :] = 0
    v = below(chance, len(net.car))
    count = _empty_places(net, routes, v, desk.chosen)
    if count == 0:
        return False
    since = below(chance, count)
    seen, i, j, w, k, m = 0, -1, -1, -1, -1, -1
    for other in range(len(net.car)):
        if other != v and net.car[other, KIND] == net.car[v, KIND]:
            first, last, p, q, seen = _one_of(
                net, routes, desk, chance, heat, (v, since), other, seen
            )
            if first >= 0:
                i, j, w, k, m = first, last, other, p, q
    if w < 0 or not _may_change(net, routes, (v, i, j)) or not _may_change(net, routes, (w, k, m)):
        return False
    _cross(net, routes, desk, (v, i, j), (w, k, m))
    return refresh(net, routes, desk, v) and refresh(net, routes, desk, w)


@compiled
def _one_of(
    net: Net,
    routes: Routes,
    desk: Desk,
    chance: Words,
    heat: float,
    one: tuple[int, int],
    other: int,
    seen: int,
) -> tuple[int, int, int, int, int]:
    """Stretches (i, j] and (p, q] of both, each acceptable pair as likely as those ``seen``; -1 for none.

    ``one`` is a vehicle and which of its places in ``desk.chosen`` the stretch follows.
    """
    v, since = one
    count = _empty_places(net, routes, other, desk.route)
    i = desk.chosen[since]
    found, p, q = -1, -1, -1
    for at in range(since + 1):
        mine = (v, i, desk.chosen[at])
        for a in range(count):
            for b in range(a + 1):
                theirs = (other, desk.route[a], desk.route[b])
                more = _dearer(net, routes, mine, theirs)
                if more >= heat * _FAR or not _in_time(net, routes, mine, theirs):
                    continue
                if more < -heat * np.log(max(share(chance), 1e-300)):
                    seen += 1
                    if below(chance, seen) == 0:
                        found, p, q = desk.chosen[at], theirs[1], theirs[2]
    return (i if found >= 0 else -1), found, p, q, seen


@inlined
def _gets_off(net: Net, node: int) -> int:
    """1 at a delivery, -1 at a pickup, 0 elsewhere."""
    owner = net.who[node, OWNER]
    step = 0
    if owner >= 0:
        step = 1 if net.ask[owner, DROP] == node else -1
    return step


@compiled
def _empty_places(net: Net, routes: Routes, vehicle: int, found: Whole) -> int:
    """The places on leaving which nobody is aboard, the last first; how many."""
    count, aboard = 0, 0
    for k in range(routes.size[vehicle] - 2, net.car[vehicle, FROZEN] - 1, -1):
        aboard += _gets_off(net, routes.seq[vehicle, k + 1])
        if aboard == 0 and count < len(found):
            found[count] = k
            count += 1
    return count


@compiled
def _dearer(
    net: Net, routes: Routes, one: tuple[int, int, int], other: tuple[int, int, int]
) -> float:
    """What the exchange costs; inf for the exchange of nothing."""
    if one[1] == one[2] and other[1] == other[2]:
        return np.inf
    before = _way(net, routes, one, one) + _way(net, routes, other, other)
    return _way(net, routes, one, other) + _way(net, routes, other, one) - before


@inlined
def _way(
    net: Net, routes: Routes, around: tuple[int, int, int], within: tuple[int, int, int]
) -> float:
    """Into a stretch and out of it, where it stands in the place of another; nothing for an idle vehicle."""
    (v, i, j), (w, k, m) = around, within
    cost, a, b = net.cost[net.car[v, RATE]], routes.seq[v, i], routes.seq[v, j + 1]
    way = 0.0
    if m > k:
        way = cost[a, routes.seq[w, k + 1]] + cost[routes.seq[w, m], b] + net.limit[v, FIXED]
    elif i > 0 or j < routes.size[v] - 2:
        way = cost[a, b] + net.limit[v, FIXED]
    return way


@inlined
def _in_time(
    net: Net, routes: Routes, one: tuple[int, int, int], other: tuple[int, int, int]
) -> bool:
    """Whether both fit with times as they are now. What passes is asked exactly; a few that would do fail."""
    return _begins(net, routes, one, other) and _begins(net, routes, other, one)


@inlined
def _begins(
    net: Net, routes: Routes, around: tuple[int, int, int], within: tuple[int, int, int]
) -> bool:
    (v, i, j), (w, k, m) = around, within
    row, place = (w, k + 1) if m > k else (v, j + 1)
    way = net.step[routes.seq[v, i], routes.seq[row, place]]
    good = routes.lo[v, i] + way <= routes.hi[row, place] + EPS
    if m > k:
        way = net.step[routes.seq[w, m], routes.seq[v, j + 1]]
        good = good and routes.lo[w, m] + way <= routes.hi[v, j + 1] + EPS
    return good


@compiled
def _may_change(net: Net, routes: Routes, stretch: tuple[int, int, int]) -> bool:
    """Whether nobody in the stretch is bound to the vehicle."""
    v, i, j = stretch
    for k in range(i + 1, j + 1):
        owner = net.who[routes.seq[v, k], OWNER]
        if owner < 0 or net.ask[owner, ONLY] >= 0 or net.ask[owner, TIED]:
            return False
    return True


@compiled
def _cross(
    net: Net,
    routes: Routes,
    desk: Desk,
    one: tuple[int, int, int],
    other: tuple[int, int, int],
) -> None:
    (v, i, j), (w, k, m) = one, other
    count = 0
    for n in range(i + 1, routes.size[v]):
        desk.route[count] = routes.seq[v, n]
        count += 1
    at = i + 1
    for n in range(k + 1, m + 1):
        routes.seq[v, at] = routes.seq[w, n]
        routes.by[net.who[routes.seq[w, n], OWNER]] = v
        at += 1
    for n in range(j - i, count):
        routes.seq[v, at] = desk.route[n]
        at += 1
    grown = (j - i) - (m - k)
    _shift(routes, w, m + 1, grown)
    for n in range(j - i):
        routes.seq[w, k + 1 + n] = desk.route[n]
        routes.by[net.who[desk.route[n], OWNER]] = w
    routes.size[v], routes.size[w] = at, routes.size[w] + grown
    desk.flags[len(net.ask) + v] = desk.flags[len(net.ask) + w] = 1


@inlined
def _shift(routes: Routes, vehicle: int, first: int, by: int) -> None:
    """All places from the first on, so many further back."""
    size = routes.size[vehicle]
    if by > 0:
        for n in range(size - 1, first - 1, -1):
            routes.seq[vehicle, n + by] = routes.seq[vehicle, n]
    else:
        for n in range(first, size):
            routes.seq[vehicle, n + by] = routes.seq[vehicle, n]
