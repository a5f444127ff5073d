"""Pairs on a plane that may be worth more than they cost, found without looking at every pair.

The columns lie in square cells; a cell whose nearest corner is dearer than its best price can make good
is passed over whole. Nothing that could be worth it is lost: distances bound costs from below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_A_CELL = 4
"""Columns in a cell on average."""
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Cells:
    """``columns`` by cell: those of cell n are first[n] to first[n + 1].

    ``box_m`` is west, south, east and north of each.
    """

    columns: Ints
    place_m: Floats
    first: Ints
    box_m: Floats


def cells(columns: Ints, place_m: Floats) -> Cells:
    """Sort columns (numbers and their (n, 2) places in metres) into cells that are not empty."""
    low = place_m.min(axis=0)
    extent = float((place_m.max(axis=0) - low).max())
    size = max(extent / max(math.sqrt(len(columns) / _A_CELL), 1.0), 1e-3)
    cell = np.floor((place_m - low) / size).astype(np.int64)
    key = cell[:, 1] * (int(extent / size) + 2) + cell[:, 0]
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    place_m = place_m[order]
    box_m = np.hstack([np.minimum.reduceat(place_m, first), np.maximum.reduceat(place_m, first)])
    return Cells(columns[order], place_m, np.append(first, len(columns)).astype(np.int64), box_m)


def find(
    rows: Ints,
    here_m: Floats,
    there: Cells,
    pays: Ints,
    price: Ints,
    *,
    least_s_per_m: float,
    most_s: int,
    norm: int,
) -> tuple[Ints, Ints]:
    """(rows, columns) of all pairs whose least cost is at most ``most_s`` and below pays + price."""
    paid = price[there.columns]
    best = np.maximum.reduceat(paid, there.first[:-1])
    some, at = _find(
        here_m[rows], pays[rows], there.place_m, paid, best, there.first, there.box_m,
        least_s_per_m, most_s, norm,
    )  # fmt: skip
    return rows[some], there.columns[at]


@njit(cache=True)
def _find(  # noqa: PLR0913 - a kernel works on flat arrays
    here_m: Floats,
    pays: Ints,
    there_m: Floats,
    price: Ints,
    best: Ints,
    first: Ints,
    box_m: Floats,
    least_s_per_m: float,
    most_s: int,
    norm: int,
) -> tuple[Ints, Ints]:
    rows = [np.int64(0) for _ in range(0)]
    columns = [np.int64(0) for _ in range(0)]
    for row in range(len(here_m)):
        x, y = here_m[row]
        for cell in range(len(first) - 1):
            worth_s = min(pays[row] + best[cell], most_s + 1) + _ROUNDING_S
            dx = max(box_m[cell, 0] - x, x - box_m[cell, 2], 0.0)
            dy = max(box_m[cell, 1] - y, y - box_m[cell, 3], 0.0)
            if _metres(dx, dy, norm) * least_s_per_m > worth_s:
                continue
            for at in range(first[cell], first[cell + 1]):
                worth_s = min(pays[row] + price[at], most_s + 1) + _ROUNDING_S
                dx, dy = abs(there_m[at, 0] - x), abs(there_m[at, 1] - y)
                if _metres(dx, dy, norm) * least_s_per_m <= worth_s:
                    rows.append(np.int64(row))
                    columns.append(np.int64(at))
    return np.array(rows, np.int64), np.array(columns, np.int64)


@njit(cache=True)
def _metres(dx: float, dy: float, norm: int) -> float:
    return dx + dy if norm == 1 else math.sqrt(dx * dx + dy * dy)
