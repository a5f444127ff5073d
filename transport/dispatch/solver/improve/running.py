"""Drives a search through its budget: construct, give up vehicles where they cost, anneal."""

from __future__ import annotations

from transport.dispatch.solver.improve import fleet
from transport.dispatch.solver.improve.chance import seeded
from transport.dispatch.solver.improve.clocks import Clock
from transport.dispatch.solver.improve.net import Desk, Net, Routes, Words, desk_for
from transport.dispatch.solver.improve.search import Search, anneal, back_to_best, put_in_all
from transport.dispatch.solver.improve.tuning import STANDARD, Tuning, mean_cost, search_at


def search(
    net: Net, rows: Routes, clock: Clock, *, seed: int, tuning: Tuning = STANDARD
) -> tuple[Net, Search]:
    """Searches from the given rows, which it uses up; ``best`` of the result is the plan.

    The net given back has the vehicles of that plan: some of the given ones where each costs.
    """
    desk = desk_for(net, rows.seq.shape[1], tuning.slots)
    chance = seeded(seed)
    begun = search_at(net, rows)
    put_in_all(net, begun, desk, chance)
    if fleet.can_shrink(net):
        net, begun = fleet.shrink(net, begun, desk, chance, clock, tuning)
    anneal_through(net, begun, desk, chance, clock, tuning)
    return net, begun


def anneal_through(
    net: Net, begun: Search, desk: Desk, chance: Words, clock: Clock, tuning: Tuning
) -> None:
    """Spends what is left of the budget in equal cycles, the temperature falling with each."""
    scale = mean_cost(net, begun.kept)
    first, cycle = clock.spent(), 0
    while (now := clock.spent()) < 1.0:
        steps = clock.slice()
        turn, share = divmod((now - first) / (1.0 - first) * tuning.cycles, 1.0)
        if turn > cycle:
            cycle = int(turn)
            back_to_best(net, begun)
        hot = tuning.again if cycle else tuning.hot
        heat = scale * hot * (tuning.cold / hot) ** share
        anneal(net, begun, desk, chance, tuning.rule(net, steps, heat, heat))
        clock.note(steps)
