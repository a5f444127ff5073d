"""Fewer vehicles: a route is given up, and its requests are fought for places in the others.

After Christiaens & Vanden Berghe 2020: every step counts for each request that is left out how often
it was; a plan that leaves out requests with a smaller sum of such counts is taken whatever it costs,
one that leaves out no more of them as in annealing. When nobody is left out, one vehicle less will do.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.chance import share
from transport.dispatch.solver.improve.compiled import compiled
from transport.dispatch.solver.improve.net import TIED, Desk, Floats, Net, Routes, Words
from transport.dispatch.solver.improve.search import Rule, Search, hand_over, ruin_and_recreate


@compiled
def _left_out(routes: Routes, absence: Floats) -> tuple[int, float, float]:
    """How many are left out, the sum of their counts, and what the routes cost."""
    count, total = 0, 0.0
    for request in range(len(absence)):
        if routes.by[request] < 0:
            count += 1
            total += absence[request]
    return count, total, float(np.sum(routes.spent))


@compiled
def squeeze(
    net: Net, search: Search, desk: Desk, chance: Words, rule: Rule, absence: Floats
) -> bool:
    """One slice on a plan that leaves requests out; whether all have found a place at last."""
    count, total, cost = _left_out(search.kept, absence)
    heat = rule.hot
    cooling = (rule.cold / rule.hot) ** (1.0 / max(1, rule.steps))
    for step in range(rule.steps):
        if count == 0:
            search.tally[0] += step
            return True
        ruin_and_recreate(net, search, desk, chance, rule)
        left, sum_left, spent = _left_out(search.work, absence)
        limit = cost - heat * np.log(max(share(chance), 1e-300))
        taken = sum_left < total or (left <= count and spent < limit)
        if taken:
            hand_over(net, search.work, search.kept, desk)
            count, total, cost = left, sum_left, spent
        for request in range(len(absence)):
            if search.work.by[request] < 0:
                absence[request] += 1.0
                if search.kept.by[request] < 0:
                    total += 1.0
        if not taken:
            hand_over(net, search.kept, search.work, desk)
        heat *= cooling
    search.tally[0] += rule.steps
    return count == 0


@compiled
def cheapest_to_give_up(net: Net, routes: Routes, absence: Floats) -> int:
    """The vehicle whose requests were least often left out; -1 where none can be given up."""
    least, found = np.inf, -1
    for vehicle in range(len(net.car)):
        total = 0.0
        for request in range(len(net.ask)):
            if routes.by[request] == vehicle:
                total += np.inf if net.ask[request, TIED] else 1.0 + absence[request]
        if total < least:
            least, found = total, vehicle
    return found
