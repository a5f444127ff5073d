"""Putting requests back: one by one into their cheapest places, or by regret.

Regret after Ropke & Pisinger 2006: next comes the request that loses most if it has to wait. The
one-by-one way passes over a route now and then (a *blink*, Christiaens & Vanden Berghe 2020), which
is diversification at no cost.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.chance import below, share
from transport.dispatch.solver.improve.compiled import compiled
from transport.dispatch.solver.improve.editing import insert
from transport.dispatch.solver.improve.inserting import cheapest
from transport.dispatch.solver.improve.net import (
    DROP,
    LATE,
    PICK,
    TIED,
    Desk,
    Net,
    Routes,
    Words,
)


@compiled
def shuffle(desk: Desk, chance: Words, count: int) -> None:
    """The chosen requests in any order."""
    for k in range(count - 1, 0, -1):
        other = below(chance, k + 1)
        desk.chosen[k], desk.chosen[other] = desk.chosen[other], desk.chosen[k]


@compiled
def sort_by(net: Net, desk: Desk, chance: Words, count: int) -> None:
    """The chosen requests by one of: long first, short first, late window first, early first."""
    rule = below(chance, 4)
    for k in range(count):
        request = desk.chosen[k]
        key = _long(net, request) if rule < 2 else net.when[net.ask[request, DROP], LATE]
        desk.gain[k] = -key if rule % 2 else key
        place = k
        while place and desk.gain[place - 1] > desk.gain[place]:
            desk.gain[place - 1], desk.gain[place] = desk.gain[place], desk.gain[place - 1]
            before = desk.chosen[place - 1]
            desk.chosen[place - 1], desk.chosen[place] = desk.chosen[place], before
            place -= 1


@compiled
def _long(net: Net, request: int) -> float:
    p, d = net.ask[request, PICK], net.ask[request, DROP]
    return float(net.cost[0, p, d]) if p >= 0 else 0.0


@compiled
def one_by_one(
    net: Net, routes: Routes, desk: Desk, chance: Words, count: int, blink: float
) -> int:
    """Each of the chosen into its cheapest place; those without one are left first in the list."""
    left = 0
    for k in range(count):
        request = desk.chosen[k]
        best, vehicle, i, j = np.inf, -1, -1, -1
        for v in range(len(net.car)):
            if is_spare(routes, v) or (blink > 0.0 and share(chance) < blink):
                continue
            extra, at_i, at_j = cheapest(net, routes, desk, (v, request), best)
            if extra < best:
                best, vehicle, i, j = extra, v, at_i, at_j
        if vehicle < 0 or not _worth(net, request, best):
            desk.chosen[left] = request
            left += 1
            continue
        insert(net, routes, desk, (vehicle, request), (i, j))
        desk.flags[len(net.ask) + vehicle] = 1
    return left


@compiled
def is_spare(routes: Routes, vehicle: int) -> bool:
    """An idle vehicle beside one that is just like it: what fits one fits the other."""
    return bool(
        vehicle
        and routes.size[vehicle] == 2
        and routes.size[vehicle - 1] == 2
        and routes.sign[vehicle] == routes.sign[vehicle - 1]
    )


@compiled
def _worth(net: Net, request: int, extra: float) -> bool:
    """A request that costs more than leaving it out is left out, unless someone sits in the car."""
    return bool(extra < net.worth[request] or net.ask[request, TIED])


@compiled
def by_regret(net: Net, routes: Routes, desk: Desk, count: int) -> int:
    """Always the request whose second best route is worst beside its best; the rest as above."""
    vehicles = len(net.car)
    for v in range(vehicles):
        _price_all(net, routes, desk, v, count)
    left = count
    while left:
        k, vehicle = _most_regretted(desk, left, vehicles)
        if vehicle < 0:
            break
        request = desk.chosen[k]
        _, i, j = cheapest(net, routes, desk, (vehicle, request), np.inf)
        insert(net, routes, desk, (vehicle, request), (i, j))
        desk.flags[len(net.ask) + vehicle] = 1
        left -= 1
        desk.chosen[k] = desk.chosen[left]
        for v in range(vehicles):
            desk.table[k, v] = desk.table[left, v]
        _price_all(net, routes, desk, vehicle, left)
        if vehicle + 1 < vehicles and routes.size[vehicle + 1] == 2:  # it may be no spare now
            _price_all(net, routes, desk, vehicle + 1, left)
    return left


@compiled
def _price_all(net: Net, routes: Routes, desk: Desk, vehicle: int, count: int) -> None:
    """The vehicle's column: what each of the chosen costs, inf where it is better left out."""
    spare = is_spare(routes, vehicle)
    for k in range(count):
        request = desk.chosen[k]
        extra = np.inf if spare else cheapest(net, routes, desk, (vehicle, request), np.inf)[0]
        desk.table[k, vehicle] = extra if _worth(net, request, extra) else np.inf


@compiled
def _most_regretted(desk: Desk, left: int, vehicles: int) -> tuple[int, int]:
    """(place in the list, vehicle); vehicle -1 where no request fits anywhere."""
    most, least, found, vehicle = -1.0, np.inf, 0, -1
    for k in range(left):
        first, second, at = np.inf, np.inf, -1
        for v in range(vehicles):
            extra = desk.table[k, v]
            if extra < first:
                first, second, at = extra, first, v
            elif extra < second:
                second = extra
        if at < 0:
            continue
        regret = min(second, 1e12) - first
        if regret > most or (regret == most and first < least):
            most, least, found, vehicle = regret, first, k, at
    return found, vehicle
