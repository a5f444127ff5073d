"""The cheapest assignment of rows to columns over the edges that are given, and its prices.

The shortest augmenting path method of Jonker and Volgenant (1987, "A shortest augmenting path
algorithm for dense and sparse linear assignment problems", Computing 38) on a sparse graph: rows bid
for columns first, the rest is augmented by Dijkstra. Every row may stay alone at the price
``alone``; where that is dearer than all other costs together, as many rows as possible are matched.
All arithmetic is in whole numbers, so the result is exact.
"""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from transport.dispatch.solver.leaf import leaf

Ints = NDArray[np.int64]

_BIDS_A_ROW = 6
"""Bidding is quick at first and slow at the end, where augmenting is quicker."""
_FAR = np.iinfo(np.int64).max


class _Edges(NamedTuple):
    """Row r has the edges first[r] to first[r + 1]; ``alone`` is what it costs to have none."""

    first: Ints
    column: Ints
    cost: Ints
    alone: int


class _State(NamedTuple):
    """Prices of columns, who has which, and what a search has reached: ``best`` and the edge ``before``.

    The last two come into a search empty and leave it empty.
    """

    price: Ints
    row_of: Ints
    edge_of: Ints
    best: Ints
    before: Ints


def assign(
    first: Ints,
    column: Ints,
    cost: Ints,
    *,
    columns: int,
    alone: int,
    known: tuple[Ints, Ints] | None = None,
) -> tuple[Ints, Ints]:
    """(the column of each row or -1, the price of each column).

    Row r has the edges first[r] to first[r + 1] of ``column`` and ``cost``. Prices are at most 0, and 0
    for a column that no row got; with u[r] = cost of r's match - price of its column (``alone`` for a
    row left alone), u[r] + price[c] <= cost of every given edge: a proof that nothing is cheaper.
    ``known`` is what came out with fewer edges: only rows that the new ones tempt begin again.
    """
    edges = _Edges(first, column, cost, alone)
    if known is not None:
        state = _state(len(first) - 1, columns)
        _augment_all(edges, state, _resume(edges, state, *known))
        if not state.price[state.row_of < 0].any():
            return _matched(edges, state), state.price
        # A column was given up that is worth something: its price would be no proof.
    state = _state(len(first) - 1, columns)
    _augment_all(edges, state, _bid(edges, state))
    return _matched(edges, state), state.price


def _state(rows: int, columns: int) -> _State:
    return _State(
        np.zeros(columns, np.int64),
        np.full(columns, -1, np.int64),
        np.full(rows, -1, np.int64),
        np.full(columns, _FAR, np.int64),
        np.full(columns, -1, np.int64),
    )


def _matched(edges: _Edges, state: _State) -> Ints:
    matched = np.full(len(state.edge_of), -1, np.int64)
    has = state.edge_of >= 0
    matched[has] = edges.column[state.edge_of[has]]
    return matched


@njit(cache=True)
def _augment_all(edges: _Edges, state: _State, rows: Ints) -> None:
    for row in rows:
        _augment(edges, state, row)


@njit(cache=True)
def _resume(edges: _Edges, state: _State, matched: Ints, price: Ints) -> Ints:
    """Give every row what it had, but for those that an edge tempts; give back those."""
    state.price[:] = price
    tempted = np.zeros(len(matched), np.bool_)
    for row in range(len(matched)):
        has, pays, least = -1, edges.alone, edges.alone
        for at in range(edges.first[row], edges.first[row + 1]):
            value = edges.cost[at] - price[edges.column[at]]
            least = min(least, value)
            if edges.column[at] == matched[row]:
                has, pays = at, value
        if least < pays:
            tempted[row] = True
        elif has >= 0:
            state.edge_of[row] = has
            state.row_of[matched[row]] = row
    return np.flatnonzero(tempted)


@njit(cache=True)
def _bid(edges: _Edges, state: _State) -> Ints:
    """Let rows take their best column and raise its price to the next best; the rows without one then."""
    rows = len(edges.first) - 1
    waiting = np.empty(rows * (_BIDS_A_ROW + 2), np.int64)
    waiting[:rows] = np.arange(rows)
    head, tail, later = 0, rows, np.zeros(rows, np.bool_)
    while head < min(tail, rows * _BIDS_A_ROW):
        row = waiting[head]
        head += 1
        edge, raised = _wish(edges, state, row)
        if edge < 0:
            later[row] = True  # alone is best: augmenting settles it
            continue
        taken = edges.column[edge]
        state.price[taken] -= raised
        evicted = state.row_of[taken]
        state.row_of[taken], state.edge_of[row] = row, edge
        if evicted >= 0:
            state.edge_of[evicted] = -1
            waiting[tail] = evicted
            tail += 1
    for at in range(head, tail):
        later[waiting[at]] = True
    return np.flatnonzero(later)


@leaf
def _wish(edges: _Edges, state: _State, row: int) -> tuple[int, int]:
    """The edge a row likes best (-1: none), and by how much more than the next."""
    low, next_low, edge, next_edge = edges.alone, edges.alone, -1, -1
    for at in range(edges.first[row], edges.first[row + 1]):
        value = edges.cost[at] - state.price[edges.column[at]]
        if value < low:
            next_low, next_edge = low, edge
            low, edge = value, at
        elif value < next_low:
            next_low, next_edge = value, at
    if low == next_low and next_edge >= 0 and state.row_of[edges.column[edge]] >= 0:
        edge = next_edge  # as good, and perhaps nobody's
    return edge, next_low - low


@njit(cache=True)
def _augment(edges: _Edges, state: _State, start: int) -> None:
    """Match ``start`` along the shortest path to a free column, or to a row that stays alone."""
    reached: Any = [np.int64(0) for _ in range(0)]
    settled: Any = [np.int64(0) for _ in range(0)]
    heap: Any = [(np.int64(0), np.int64(0)) for _ in range(0)]
    row, base, length, quitter, end = start, 0, edges.alone, start, -1
    while True:
        _reach(edges, state, row, base, length, heap, reached)
        end = _nearest(state, heap)
        if end < 0 or state.row_of[end] < 0:
            break
        settled.append(end)
        row = state.row_of[end]
        # The row gives up its match: what it paid there is the start of what it pays elsewhere.
        base = state.best[end] - (edges.cost[state.edge_of[row]] - state.price[end])
        if base + edges.alone < length:
            length, quitter = base + edges.alone, row
    if end >= 0 and state.best[end] < length:
        length = state.best[end]
    else:
        end = _leave(edges, state, quitter, start)
    for each in settled:
        state.price[each] += min(state.best[each] - length, 0)
    _shift(edges, state, end, start)
    for each in reached:
        state.best[each] = _FAR
        state.before[each] = -1


@njit(cache=True)
def _reach(
    edges: _Edges, state: _State, row: int, base: int, length: int, heap: Any, reached: Any
) -> None:
    """Columns to which the row is a shorter way, as long as that is below ``length``."""
    for at in range(edges.first[row], edges.first[row + 1]):
        to = edges.column[at]
        value = base + edges.cost[at] - state.price[to]
        if value < state.best[to] and value < length:
            if state.before[to] < 0:
                reached.append(to)
            state.best[to], state.before[to] = value, at
            heapq.heappush(heap, (value, to))


@njit(cache=True)
def _nearest(state: _State, heap: Any) -> int:
    """The column that is reached by the shortest way and was not yet settled; -1: none."""
    while len(heap) > 0:
        value, to = heapq.heappop(heap)
        if value == state.best[to]:
            return to
    return -1


@leaf
def _leave(edges: _Edges, state: _State, quitter: int, start: int) -> int:
    """The column that a row frees by staying alone; -1 where that row is the new one itself."""
    if quitter == start:
        return -1
    freed = edges.column[state.edge_of[quitter]]
    state.edge_of[quitter] = -1
    state.row_of[freed] = -1
    return freed


@leaf
def _shift(edges: _Edges, state: _State, end: int, start: int) -> None:
    """Give each row on the path the column after it, back from the free ``end`` to ``start``."""
    to = end
    while to >= 0:
        edge = state.before[to]
        row = np.searchsorted(edges.first, edge, side="right") - 1
        left = edges.column[state.edge_of[row]] if state.edge_of[row] >= 0 else -1
        state.edge_of[row], state.row_of[to] = edge, row
        to = -1 if row == start else left
