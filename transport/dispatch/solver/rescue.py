"""Room for one more where there seems to be none: the search rearranges what is not committed.

Used before a refusal (``rescue``) and between events (``better``). Both give rows only if they keep
every rule and everybody who was accepted; the same input, steps and seed give the same rows.
"""

from __future__ import annotations

from transport.dispatch.solver import verdict
from transport.dispatch.solver.arrays import Arrays, Routes
from transport.dispatch.solver.improve import building, rich, rows
from transport.dispatch.solver.improve.clocks import StepClock
from transport.dispatch.solver.improve.tuning import Tuning

_SHORT = Tuning(hot=0.1, cold=0.01, cycles=1, slots=1 << 12)
"""Short searches of small plans: less to remember, warmer, because they never get as far as cooling."""
_PARTS = 4
"""A rescue stops after the quarter in which the request has found its place."""


def rescue(a: Arrays, routes: Routes, r: int, *, steps: int, seed: int) -> Routes | None:
    """Rows that carry request r and everybody accepted, or None within so many steps of search."""
    rows_now = routes
    for part in range(_PARTS):
        share = max(1, steps // _PARTS)
        rows_now = _searched(a, rows_now, share, seed * _PARTS + part)
        if verdict.carried(a, rows_now)[r]:
            return rows_now if verdict.keeps(a, rows_now) else None
    return None


def better(a: Arrays, routes: Routes, *, steps: int, seed: int) -> Routes | None:
    """Cheaper rows with everybody accepted, or None within so many steps of search."""
    found = _searched(a, routes, steps, seed)
    if not verdict.keeps(a, found) or verdict.cost(a, found) >= verdict.cost(a, routes) - 1e-9:
        return None
    return found


def _searched(a: Arrays, routes: Routes, steps: int, seed: int) -> Routes:
    clock = StepClock(steps)
    if building.needs_full_schedule(a).any() or a.size[3] > building.MOST_NODES:
        return rich.searched(a, routes, clock, seed=seed)
    return rows.searched(a, routes, clock, seed=seed, tuning=_SHORT)
