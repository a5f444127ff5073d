"""How hard a search works on what: one frozen set of numbers, the same for every problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transport.dispatch.solver.improve.net import FIXED, Net, Routes, copied
from transport.dispatch.solver.improve.search import Rule, Search


@dataclass(frozen=True, slots=True)
class Tuning:
    """Temperatures in mean costs of a request; how many requests are taken out at most.

    ``ways`` are the shares of the ways to remove: strings, alike, random, costly, whole routes;
    ``longest`` is the string of requests taken out of one route, ``regret`` the share of repairs by
    regret, ``blink`` how often another repair passes over a route; ``exchanges`` is the share of steps
    that exchange stretches of routes; it cools ``cycles`` times, after the first from ``again``;
    ``squeeze`` is the temperature while vehicles are given up; ``slots`` insertions are remembered.
    """

    hot: float = 1.0
    cold: float = 0.06
    squeeze: float = 0.01
    out_share: float = 0.3
    out_most: int = 10
    out_least: int = 8
    ways: tuple[float, float, float, float, float] = (0.75, 0.1, 0.1, 0.05, 0.0)
    longest: int = 10
    regret: float = 0.1
    blink: float = 0.02
    exchanges: float = 0.4
    cycles: int = 3
    again: float = 0.3
    slots: int = 1 << 15

    def rule(self, net: Net, steps: int, hot: float, cold: float) -> Rule:
        """One slice."""
        share = max(self.out_least, round(self.out_share * len(net.ask)))
        most = max(1, min(self.out_most, share, len(net.ask)))
        return Rule(
            steps,
            hot,
            cold,
            most,
            np.array(self.ways),
            self.longest,
            self.regret,
            self.blink,
            self.exchanges,
        )


STANDARD = Tuning()


def mean_cost(net: Net, routes: Routes) -> float:
    """What a request costs on the average, fixed costs of vehicles aside: the unit of temperatures."""
    used = routes.size > 2
    driven = float(np.sum(routes.spent[used] - net.limit[used, FIXED]))
    return max(driven / max(1, int(np.sum(routes.by >= 0))), 1e-9)


def search_at(net: Net, rows: Routes) -> Search:
    """A search whose plans all are the given one, which it uses up; its values are still to be set."""
    return Search(rows, copied(rows), copied(rows), np.zeros(2), np.zeros(4, np.int64))
