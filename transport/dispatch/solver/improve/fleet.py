"""Vehicle after vehicle is given up while the budget allows, where all are alike and each costs."""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.clocks import Clock
from transport.dispatch.solver.improve.net import (
    END,
    FIXED,
    KIND,
    ONLY,
    START,
    Desk,
    Floats,
    Net,
    Routes,
    Whole,
    Words,
)
from transport.dispatch.solver.improve.search import Search, value_of
from transport.dispatch.solver.improve.squeezing import cheapest_to_give_up, squeeze
from transport.dispatch.solver.improve.tuning import Tuning, mean_cost, search_at

_SHARE = 0.5
"""Of the budget: how long fewer vehicles are sought at most."""


def can_shrink(net: Net) -> bool:
    """Whether vehicles are interchangeable, each costs something, and nobody is bound to one."""
    starts, ends = net.mark[net.car[:, START]], net.mark[net.car[:, END]]
    return bool(
        len(net.car) > 1
        and np.all(net.limit[:, FIXED] > 0)
        and np.all(net.car[:, KIND] == net.car[0, KIND])
        and np.all(starts == starts[0])
        and np.all(ends == ends[0])
        and np.all(net.ask[:, ONLY] < 0)
    )


def shrink(
    net: Net, begun: Search, desk: Desk, chance: Words, clock: Clock, tuning: Tuning
) -> tuple[Net, Search]:
    """The net of as few vehicles as were found enough, and a search at a plan for them."""
    if np.any(begun.best.by < 0):
        return net, begun
    absence = np.zeros(len(net.ask))
    net, rows = _only(net, begun.best, np.flatnonzero(begun.best.size > 2))
    until = clock.spent() + _SHARE * (1.0 - clock.spent())
    while len(net.car) > 1 and clock.spent() < until:
        gone = cheapest_to_give_up(net, rows, absence)
        others = np.flatnonzero(np.arange(len(net.car)) != gone)
        smaller, fewer = _only(net, rows, others)
        attempt = search_at(smaller, fewer)
        if not _all_fit(smaller, attempt, desk, chance, absence, (clock, until, tuning)):
            break
        net, rows = smaller, attempt.kept
    made = search_at(net, rows)
    made.value[:] = value_of(net, rows)
    return net, made


def _only(net: Net, rows: Routes, vehicles: Whole) -> tuple[Net, Routes]:
    """Some of the vehicles; whoever was carried by others is left out."""
    new = np.full(len(net.car) + 1, -1, np.int64)
    new[vehicles] = np.arange(len(vehicles))
    per_vehicle = {
        name: getattr(rows, name)[vehicles].copy()
        for name in ("seq", "lo", "hi", "load", "size", "spent", "sign")
    }
    kept = rows._replace(**per_vehicle, spot=rows.spot.copy(), by=new[rows.by])
    return net._replace(car=net.car[vehicles], limit=net.limit[vehicles]), kept


def _all_fit(
    net: Net,
    attempt: Search,
    desk: Desk,
    chance: Words,
    absence: Floats,
    until: tuple[Clock, float, Tuning],
) -> bool:
    """Squeezes slice by slice until all have a place, or the time is up."""
    clock, end, tuning = until
    heat = mean_cost(net, attempt.kept) * tuning.squeeze
    while clock.spent() < end:
        steps = clock.slice()
        done = squeeze(net, attempt, desk, chance, tuning.rule(net, steps, heat, heat), absence)
        clock.note(steps)
        if done:
            return True
    return False
