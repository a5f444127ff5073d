"""The same search where only the full schedule knows: breaks, driving hours, the hour of the day.

A loop in Python over the exact insertion of ``insertion``: a few hundred steps a second, where the
compiled search takes ten thousand. Also for fleets too large for a matrix between all nodes.
"""

from __future__ import annotations

import math
from random import Random

import numpy as np
import numpy.typing as npt

from transport.dispatch.solver import insertion, schedule
from transport.dispatch.solver.arrays import Arrays, Routes
from transport.dispatch.solver.improve.clocks import Clock

_MOST_OUT = 10
_HOT, _COLD = 0.03, 0.0005
"""Temperatures in mean costs of a request."""
_LEFT_OUT = 1e12
"""Of an accepted request that does not fit: beyond any cost, so such a plan is never kept for long."""


def searched(a: Arrays, given: Routes, clock: Clock, *, seed: int) -> Routes:
    """Rows that cost no more and leave out no more than the given ones."""
    chance = Random(seed)  # noqa: S311 - a search, nothing secret
    kept = _copied(given)
    out = _left_out(a, kept)
    kept = _put_back(a, kept, out, chance)
    value = _value(a, kept)
    best, least = kept, value
    unit = max(_driven(a, kept) / max(1, int(a.size[0])), 1e-9)
    while (share := clock.spent()) < 1.0:
        steps = clock.slice()
        heat = unit * _HOT * (_COLD / _HOT) ** share
        for _ in range(steps):
            tried = _step(a, kept, chance)
            found = _value(a, tried)
            if found < value - heat * math.log(chance.random() or 1e-300):
                kept, value = tried, found
            if found < least - 1e-9:
                best, least = tried, found
        clock.note(steps)
    return best


def _copied(rows: Routes) -> Routes:
    return Routes(*(array.copy() for array in rows))


def _step(a: Arrays, kept: Routes, chance: Random) -> Routes:
    """Some requests that are near each other out, and back in where they cost least."""
    rows = _copied(kept)
    movable = _movable(a, rows)
    if not movable:
        return rows
    seed = chance.choice(movable)
    count = min(len(movable), 1 + chance.randrange(_MOST_OUT))
    gone = _near(a, seed, movable, chance)[:count]
    for request in gone:
        insertion.remove(a, rows, request)
    return _put_back(a, rows, [*gone, *_left_out(a, kept)], chance)


def _movable(a: Arrays, rows: Routes) -> list[int]:
    """Requests on a row with neither stop committed: taken out whole, so they can go anywhere."""
    n = int(a.size[0])
    fixed = {int(x) % n for x in a.committed if x < 2 * n}
    found = rows.stops[(rows.stops >= 0) & (rows.stops < n)]
    return [int(r) for r in found if int(r) not in fixed]


def _near(a: Arrays, seed: int, movable: list[int], chance: Random) -> list[int]:
    """The movable ones, nearest in time and place first, mixed a little."""
    from transport.dispatch.solver import legs

    def apart(r: int) -> float:
        way = legs.seconds(a.t, int(a.place[seed]), int(a.place[r]))
        return (
            float((way + 0.3 * _gap(a, seed, r)) * (0.4 + chance.random())) if r != seed else -1.0
        )

    return sorted(movable, key=apart)


def _gap(a: Arrays, one: int, other: int) -> float:
    """Seconds between two pickup windows."""
    return max(
        0.0, float(a.earliest[other] - a.latest[one]), float(a.earliest[one] - a.latest[other])
    )


def _left_out(a: Arrays, rows: Routes) -> list[int]:
    n = int(a.size[0])
    carried = rows.stops[(rows.stops >= 0) & (rows.stops < 2 * n)] % max(1, n)
    return [int(r) for r in np.setdiff1d(np.arange(n), carried) if a.on_board[r] < 0]


def _put_back(a: Arrays, rows: Routes, out: list[int], chance: Random) -> Routes:
    """Each into its cheapest place, accepted ones first, else in any order."""
    chance.shuffle(out)
    out.sort(key=lambda r: not a.accepted[r])
    for request in out:
        place = insertion.best(a, rows, request)
        if place is not None and (a.accepted[request] or place.cost < a.penalty[request]):
            rows = insertion.insert(a, rows, request, place)
    return rows


def _driven(a: Arrays, rows: Routes) -> float:
    """What the rows cost."""
    return sum(schedule.route_cost(a, v, rows.stops[v], int(m)) for v, m in enumerate(rows.length))


def _value(a: Arrays, rows: Routes) -> float:
    """What the rows cost, and what is left out."""
    n = int(a.size[0])
    carried: npt.NDArray[np.bool_] = np.zeros(n, np.bool_)
    carried[rows.stops[(rows.stops >= 0) & (rows.stops < 2 * n)] % max(1, n)] = True
    price = np.where(a.accepted, _LEFT_OUT, a.penalty)
    return _driven(a, rows) + float(np.sum(price[~carried]))
