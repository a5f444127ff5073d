"""Two routes exchange what they do from places on where nobody is aboard.

The 2-opt* of Potvin & Rousseau 1995, between places at which both vehicles are empty: a great change of
the plan that costs four legs, which taking requests out and putting them back hardly ever finds.
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
    Floats,
    Net,
    Routes,
    Words,
)
from transport.dispatch.solver.improve.timing import refresh

_FAR = 12.0
"""Times the heat: so much dearer is accepted once in 160,000 times, and not looked at."""


@compiled
def exchange_tails(net: Net, routes: Routes, desk: Desk, chance: Words, heat: float) -> bool:
    """One exchange that annealing accepts at this heat; False where none was found.

    The two vehicles are ticked off in ``desk.flags``; where False, their rows may be broken.
    """
    desk.flags[len(net.ask) :] = 0
    one = below(chance, len(net.car))
    count = _empty_places(net, routes, desk, one)
    other, here, there, seen = -1, -1, -1, 0
    for v in range(len(net.car)):
        if v != one and net.car[v, KIND] == net.car[one, KIND]:
            i, k, seen = _one_of(net, routes, desk, chance, heat, (one, count), v, seen)
            if i >= 0:
                other, here, there = v, i, k
    if other < 0 or not _may_change(net, routes, (one, here), (other, there)):
        return False
    _cross(net, routes, desk, (one, here), (other, there))
    return refresh(net, routes, desk, one) and refresh(net, routes, desk, other)


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
) -> tuple[int, int, int]:
    """Places in both vehicles, each acceptable pair as likely as those ``seen`` elsewhere; -1 for none.

    ``one`` is a vehicle and how many of its places ``desk.chosen`` holds.
    """
    v, count = one
    here, there, aboard = -1, -1, 0
    for k in range(routes.size[other] - 2, net.car[other, FROZEN] - 1, -1):
        aboard += _gets_off(net, routes.seq[other, k + 1])
        for at in range(count if aboard == 0 else 0):
            i = desk.chosen[at]
            more = _dearer(net, routes, (v, i), (other, k))
            if more >= heat * _FAR or not _in_time(net, routes, (v, i), (other, k)):
                continue
            if more < -heat * np.log(max(share(chance), 1e-300)):
                seen += 1
                if below(chance, seen) == 0:
                    here, there = i, k
    return here, there, seen


@inlined
def _gets_off(net: Net, node: int) -> int:
    """1 at a delivery, -1 at a pickup, 0 elsewhere."""
    owner = net.who[node, OWNER]
    step = 0
    if owner >= 0:
        step = 1 if net.ask[owner, DROP] == node else -1
    return step


@compiled
def _empty_places(net: Net, routes: Routes, desk: Desk, vehicle: int) -> int:
    """The places on leaving which nobody is aboard, to ``desk.chosen``; how many."""
    count, aboard = 0, 0
    for k in range(routes.size[vehicle] - 2, net.car[vehicle, FROZEN] - 1, -1):
        aboard += _gets_off(net, routes.seq[vehicle, k + 1])
        if aboard == 0 and count < len(desk.chosen):
            desk.chosen[count] = k
            count += 1
    return count


@inlined
def _dearer(net: Net, routes: Routes, one: tuple[int, int], other: tuple[int, int]) -> float:
    """What the exchange costs."""
    cost = net.cost[net.car[one[0], RATE]]
    before = _way(cost, routes, one, one) + _way(cost, routes, other, other)
    after = _way(cost, routes, one, other) + _way(cost, routes, other, one)
    more = _used(routes, one, other) + _used(routes, other, one)
    more -= _used(routes, one, one) + _used(routes, other, other)
    return after - before + more * net.limit[one[0], FIXED]


@inlined
def _used(routes: Routes, head: tuple[int, int], tail: tuple[int, int]) -> int:
    """1 if the route of this head and tail has a stop."""
    return 1 if head[1] > 0 or routes.size[tail[0]] - 2 > tail[1] else 0


@inlined
def _way(cost: Floats, routes: Routes, head: tuple[int, int], tail: tuple[int, int]) -> float:
    """From the last stop of a head to the first of a tail, and from its last to the head's end."""
    (v, i), (w, k) = head, tail
    a, end = routes.seq[v, i], routes.seq[v, routes.size[v] - 1]
    last = routes.size[w] - 2
    way = cost[a, end]
    if last > k:
        way = cost[a, routes.seq[w, k + 1]] + cost[routes.seq[w, last], end]
    return way


@inlined
def _in_time(net: Net, routes: Routes, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether both heads are done in time for the tails as they are now: what passes is asked exactly."""
    (v, i), (w, k) = one, other
    a, b = routes.seq[v, i], routes.seq[w, k]
    first = routes.lo[v, i] + net.step[a, routes.seq[w, k + 1]] <= routes.hi[w, k + 1] + EPS
    return (
        first and routes.lo[w, k] + net.step[b, routes.seq[v, i + 1]] <= routes.hi[v, i + 1] + EPS
    )


@compiled
def _may_change(net: Net, routes: Routes, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether nobody in either tail is bound to the vehicle."""
    for v, i in (one, other):
        for k in range(i + 1, routes.size[v] - 1):
            owner = net.who[routes.seq[v, k], OWNER]
            if owner < 0 or net.ask[owner, ONLY] >= 0 or net.ask[owner, TIED]:
                return False
    return True


@compiled
def _cross(
    net: Net, routes: Routes, desk: Desk, one: tuple[int, int], other: tuple[int, int]
) -> None:
    (v, i), (w, k) = one, other
    mine, theirs = routes.size[v] - 1 - (i + 1), routes.size[w] - 1 - (k + 1)
    end, other_end = routes.seq[v, routes.size[v] - 1], routes.seq[w, routes.size[w] - 1]
    for n in range(mine):
        desk.route[n] = routes.seq[v, i + 1 + n]
    for n in range(theirs):
        _put(net, routes, (v, i + 1 + n), routes.seq[w, k + 1 + n])
    for n in range(mine):
        _put(net, routes, (w, k + 1 + n), desk.route[n])
    routes.seq[v, i + 1 + theirs], routes.size[v] = end, i + 2 + theirs
    routes.seq[w, k + 1 + mine], routes.size[w] = other_end, k + 2 + mine
    desk.flags[len(net.ask) + v] = desk.flags[len(net.ask) + w] = 1


@inlined
def _put(net: Net, routes: Routes, at: tuple[int, int], node: int) -> None:
    routes.seq[at[0], at[1]] = node
    routes.by[net.who[node, OWNER]] = at[0]
