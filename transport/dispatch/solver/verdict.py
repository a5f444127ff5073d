"""What can be said of all rows together: who is carried, whether every rule is kept, what it costs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from transport.dispatch.solver import schedule
from transport.dispatch.solver.arrays import Arrays, Routes


def carried(a: Arrays, routes: Routes) -> npt.NDArray[np.bool_]:
    """Which requests have their drop-off in a row."""
    n = int(a.size[0])
    found = np.zeros(n, np.bool_)
    nodes = _nodes(routes)
    found[nodes[(nodes >= n) & (nodes < 2 * n)] - n] = True
    return found


def keeps(a: Arrays, routes: Routes) -> bool:
    """Whether the rows keep every rule, carry everybody who was accepted, and nobody twice.

    Rows that have nothing but breaks are idle vehicles and not asked.
    """
    nodes = _nodes(routes)
    if len(np.unique(nodes)) < len(nodes) or not bool(np.all(carried(a, routes) | ~a.accepted)):
        return False
    begin = np.empty(routes.stops.shape[1] + 2)
    for v, m in enumerate(routes.length.tolist()):
        row = routes.stops[v]
        if not (row[:m] < 2 * a.size[0]).any():
            if a.riders[v] or a.committed_ptr[v] < a.committed_ptr[v + 1]:
                return False
        elif schedule.judge(a, v, row, m, begin) != schedule.OK:
            return False
    return True


def cost(a: Arrays, routes: Routes) -> float:
    """Fen of all rows, and the penalties of whom they leave out."""
    driven = sum(
        schedule.route_cost(a, v, routes.stops[v], m) for v, m in enumerate(routes.length.tolist())
    )
    return driven + float(a.penalty[~carried(a, routes)].sum())


def _nodes(routes: Routes) -> npt.NDArray[np.int32]:
    return np.concatenate(
        [row[:m] for row, m in zip(routes.stops, routes.length.tolist(), strict=True)]
        or [np.zeros(0, np.int32)]
    )
