"""The large-neighbourhood search itself: tear a part of the plan down, mend it, keep it or not.

Acceptance is that of simulated annealing, with a temperature that falls geometrically, several times
within the budget and each time but the first from the best plan seen; the budget is cut into slices
that a driver outside times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transport.dispatch.solver.improve import removing, repairing
from transport.dispatch.solver.improve.chance import below, share
from transport.dispatch.solver.improve.compiled import compiled
from transport.dispatch.solver.improve.editing import copy_route, take_out
from transport.dispatch.solver.improve.exchanging import exchange
from transport.dispatch.solver.improve.net import Desk, Floats, Net, Routes, Whole, Words
from transport.dispatch.solver.improve.timing import refresh

_MANY = 3_000_000
"""Insertions looked up by regret at the start, about a second; more requests go in one by one."""


class Search(NamedTuple):
    """The plan being changed, the one it came from, and the best seen, with their values."""

    work: Routes
    kept: Routes
    best: Routes
    value: Floats  # (2,) of the kept and of the best plan
    tally: Whole  # (4,) steps, accepted, new bests, insertions looked up


class Rule(NamedTuple):
    """What one slice of the search is told."""

    steps: int
    hot: float
    cold: float
    most_out: int
    weights: Floats  # (5,) of the ways to remove, adding up to 1
    longest: int  # string of requests
    regret: float  # share of repairs by regret
    blink: float  # share of routes passed over by the other repairs
    exchanges: float  # share of steps that exchange stretches of two routes


@compiled
def value_of(net: Net, routes: Routes) -> float:
    """Cost of all routes and of what is left out."""
    total = 0.0
    for vehicle in range(len(net.car)):
        total += routes.spent[vehicle]
    for request in range(len(net.ask)):
        if routes.by[request] < 0:
            total += net.worth[request]
    return total


@compiled
def put_in_all(net: Net, search: Search, desk: Desk, chance: Words) -> None:
    """Times the given rows and puts in whoever is left out and fits; the search is then there."""
    for vehicle in range(len(net.car)):
        refresh(net, search.work, desk, vehicle)
    count = 0
    for request in range(len(net.ask)):
        if search.work.by[request] < 0:
            desk.chosen[count] = request
            count += 1
    if count * count * len(net.car) < _MANY:
        repairing.by_regret(net, search.work, desk, count)
    else:
        repairing.sort_by(net, desk, chance, count)
        repairing.one_by_one(net, search.work, desk, chance, count, 0.0)
    desk.flags[:] = 1
    hand_over(net, search.work, search.kept, desk)
    hand_over(net, search.work, search.best, desk)
    search.value[:] = value_of(net, search.work)


@compiled
def _tear(net: Net, routes: Routes, desk: Desk, chance: Words, rule: Rule) -> int:
    """Takes some requests out; those that were out already come behind them in the list."""
    wanted = 1 + below(chance, rule.most_out)
    draw = share(chance)
    way = 0
    while way < 4 and draw >= rule.weights[way]:
        draw -= rule.weights[way]
        way += 1
    if way == 0:
        return removing.strings(net, routes, desk, chance, wanted, rule.longest)
    if way == 1:
        return removing.alike(net, routes, desk, chance, wanted)
    if way == 2:
        return removing.at_random(net, routes, desk, chance, wanted)
    if way == 3:
        return removing.costly(net, routes, desk, chance, wanted)
    return removing.whole_route(net, routes, desk, chance, rule.most_out)


@compiled
def _mend(net: Net, routes: Routes, desk: Desk, chance: Words, count: int, rule: Rule) -> int:
    """Puts the chosen back in one of the ways; how many are left out."""
    if share(chance) < rule.regret:
        return repairing.by_regret(net, routes, desk, count)
    if share(chance) < 0.5:
        repairing.shuffle(desk, chance, count)
    else:
        repairing.sort_by(net, desk, chance, count)
    return repairing.one_by_one(net, routes, desk, chance, count, rule.blink)


@compiled
def ruin_and_recreate(net: Net, search: Search, desk: Desk, chance: Words, rule: Rule) -> None:
    """One step on the plan that is being changed; the vehicles it touched are ticked off."""
    routes, requests = search.work, len(net.ask)
    desk.flags[requests:] = 0
    count = 0
    for request in range(requests):
        desk.flags[request] = routes.by[request] < 0
    count = _tear(net, routes, desk, chance, rule)
    for vehicle in range(len(net.car)):
        if desk.flags[requests + vehicle]:
            take_out(net, routes, desk, vehicle)
    for request in range(requests):
        if desk.flags[request]:
            desk.chosen[count] = request
            count += 1
    _mend(net, routes, desk, chance, count, rule)


@compiled
def hand_over(net: Net, source: Routes, target: Routes, desk: Desk) -> None:
    """The vehicles ticked off, from one plan to the other."""
    for vehicle in range(len(net.car)):
        if desk.flags[len(net.ask) + vehicle]:
            copy_route(net, source, target, vehicle)
    for request in range(len(net.ask)):
        target.by[request] = source.by[request]


@compiled
def _keep_best(net: Net, search: Search) -> None:
    for vehicle in range(len(net.car)):
        if search.best.sign[vehicle] != search.kept.sign[vehicle]:
            copy_route(net, search.kept, search.best, vehicle)
    for request in range(len(net.ask)):
        search.best.by[request] = search.kept.by[request]
    search.value[1] = search.value[0]
    search.tally[2] += 1


@compiled
def back_to_best(net: Net, search: Search) -> None:
    """Goes on from the best plan seen."""
    for vehicle in range(len(net.car)):
        copy_route(net, search.best, search.kept, vehicle)
        copy_route(net, search.best, search.work, vehicle)
    for request in range(len(net.ask)):
        search.kept.by[request] = search.work.by[request] = search.best.by[request]
    search.value[0] = search.value[1]


@compiled
def anneal(net: Net, search: Search, desk: Desk, chance: Words, rule: Rule) -> None:
    """One slice: ``rule.steps`` steps while the temperature falls from hot to cold."""
    heat = rule.hot
    cooling = (rule.cold / rule.hot) ** (1.0 / max(1, rule.steps))
    for _ in range(rule.steps):
        if share(chance) < rule.exchanges:
            taken = exchange(net, search.work, desk, chance, heat)
            value = value_of(net, search.work)
        else:
            ruin_and_recreate(net, search, desk, chance, rule)
            value = value_of(net, search.work)
            taken = value < search.value[0] - heat * np.log(max(share(chance), 1e-300))
        if taken:
            hand_over(net, search.work, search.kept, desk)
            search.value[0] = value
            search.tally[1] += 1
            if value < search.value[1] - 1e-9:
                _keep_best(net, search)
        else:
            hand_over(net, search.kept, search.work, desk)
        heat *= cooling
    search.tally[0] += rule.steps
