"""Why a request fits nowhere, and the nearest offer that does.

The binding rule is the first that, lifted for this request alone, would let it in: who may carry it,
how many it is, how long it may ride, when it wants to go, how long the vehicles are out. Where no single
one would, they are lifted one after the other and the last is named.

Offers are exact against the rows as they stand, by asking every vehicle and every pair of positions:

* the earliest later pick-up, all other wishes kept (the drop-off may be as late as that makes it);
* the largest smaller party, and in each other dimension the largest smaller load, in the windows that
  were asked for;
* the shortest longer ride, to the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from transport.dispatch.solver import insertion, positions, schedule
from transport.dispatch.solver.arrays import Arrays, Routes
from transport.dispatch.solver.leaf import leaf
from transport.dispatch.solver.rules import Rule

_EVERY = np.uint64((1 << 64) - 1)


@dataclass(frozen=True, slots=True)
class Later:
    """Picked up at ``pickup_s`` and dropped off at ``dropoff_s``, the earliest of all; seconds."""

    pickup_s: float
    dropoff_s: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """No place: the rule that binds, and the offers that there are.

    ``later`` None: not later either; ``party``: by dimension the most that would fit, all else as asked
    (None: less of it does not help; of the first, those who ride, at least 1); ``ride_s``: a ride limit
    that would do, None if a longer ride does not help.
    """

    rule: Rule
    later: Later | None
    party: tuple[int | None, ...]
    ride_s: float | None


def explain(a: Arrays, routes: Routes, r: int) -> Refusal:
    """Why request r has no place in the rows, and what would have one. It must really have none."""
    return Refusal(
        _binding(a, routes, r),
        _earliest_later(a, routes, r),
        tuple(_largest(a, routes, r, d) for d in range(a.load.shape[1])),
        _shortest_ride(a, routes, r),
    )


def _binding(a: Arrays, routes: Routes, r: int) -> Rule:
    for rule, lift in _LIFTS:
        if insertion.best(lift(a, r), routes, r) is not None:
            return rule
    lifted = a
    for rule, lift in _LIFTS:
        lifted = lift(lifted, r)
        if insertion.best(lifted, routes, r) is not None:
            return rule
    return Rule.FROZEN if len(routes.length) else Rule.VEHICLE


def _with(array: Any, index: Any, value: Any) -> Any:
    """A changed copy, read-only as the original is: to numba another kind of array is another kernel."""
    changed = array.copy()
    changed[index] = value
    changed.setflags(write=False)
    return changed


def _endless(array: Any) -> Any:
    return _with(array, slice(None), np.inf)


def _any_vehicle(a: Arrays, r: int) -> Arrays:
    return a._replace(pinned=_with(a.pinned, r, -1))


def _no_skills(a: Arrays, r: int) -> Arrays:
    return a._replace(needs=_with(a.needs, r, 0))


def _any_class(a: Arrays, r: int) -> Arrays:
    return a._replace(classes=_with(a.classes, r, _EVERY))


def _nobody(a: Arrays, r: int) -> Arrays:
    return a._replace(load=_with(a.load, [r, int(a.size[0]) + r], 0))


def _any_ride(a: Arrays, r: int) -> Arrays:
    return a._replace(max_ride=_with(a.max_ride, r, np.inf))


def _any_time(a: Arrays, r: int) -> Arrays:
    return a._replace(latest=_with(a.latest, [r, int(a.size[0]) + r], np.inf))


def _any_shift(a: Arrays, r: int) -> Arrays:
    n, b, v = (int(x) for x in a.size[:3])
    latest = _with(a.latest, slice(2 * n + b, 2 * n + b + 2 * v), np.inf)
    return a._replace(latest=latest, max_duration=_endless(a.max_duration))


def _any_hours(a: Arrays, r: int) -> Arrays:
    none = _endless(a.driving_left)
    return a._replace(driving_left=none, continuous_left=none, max_continuous=none)


_LIFTS: tuple[tuple[Rule, Callable[[Arrays, int], Arrays]], ...] = (
    (Rule.VEHICLE, _any_vehicle),
    (Rule.SKILLS, _no_skills),
    (Rule.CLASS, _any_class),
    (Rule.CAPACITY, _nobody),
    (Rule.RIDE, _any_ride),
    (Rule.WINDOW, _any_time),
    (Rule.SHIFT, _any_shift),
    (Rule.DRIVING, _any_hours),
)


def _earliest_later(a: Arrays, routes: Routes, r: int) -> Later | None:
    free = _any_time(a, r)
    pickup_s, dropoff_s = _soonest(free, routes, r)
    return Later(pickup_s, dropoff_s) if np.isfinite(pickup_s) else None


@njit(cache=True)
def _soonest(a: Arrays, routes: Routes, r: int) -> tuple[float, float]:
    """The least pick-up time over all vehicles and positions, and the least drop-off then; inf if none."""
    return _soonest_of(a, routes, r, positions.scratch(routes.stops.shape[1] + 4, a.size[4]))


@leaf
def _soonest_of(a: Arrays, routes: Routes, r: int, work: Any) -> tuple[float, float]:
    pickup, dropoff = np.inf, np.inf
    for v in range(routes.length.shape[0]):
        row = positions.row_of(a, routes, v, r)
        for i in range(row.frozen, row.m + 1):
            for j in range(i, row.m + 1):
                positions.put(a, row, i, j, work.seq)
                m = row.m + 2
                if schedule.judged(a, v, work.seq, m, work.begin, work.pick_at) != schedule.OK:
                    continue
                at, off = work.begin[i + 1], work.begin[j + 2]
                if at < pickup or (at == pickup and off < dropoff):
                    pickup, dropoff = at, off
    return pickup, dropoff


def _largest(a: Arrays, routes: Routes, r: int, d: int) -> int | None:
    """The most of a dimension, less than asked for, with which the request fits: by halving, as whoever
    fits still fits with less."""
    fits, most = 0 if d else 1, min(int(a.load[r, d]) - 1, int(a.capacity[:, d].max(initial=0)))
    if most < fits or not _fits_with(a, routes, r, d, fits):
        return None
    while fits < most:
        middle = (fits + most + 1) // 2
        if _fits_with(a, routes, r, d, middle):
            fits = middle
        else:
            most = middle - 1
    return fits


def _fits_with(a: Arrays, routes: Routes, r: int, d: int, load: int) -> bool:
    n = int(a.size[0])
    changed = _with(_with(a.load, (r, d), load), (n + r, d), -load)
    return insertion.best(a._replace(load=changed), routes, r) is not None


def _shortest_ride(a: Arrays, routes: Routes, r: int) -> float | None:
    if np.isinf(a.max_ride[r]) or insertion.best(_any_ride(a, r), routes, r) is None:
        return None
    low, high = int(a.max_ride[r]), int(a.max_ride[r]) + 1
    while insertion.best(_riding(a, r, high), routes, r) is None:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if insertion.best(_riding(a, r, middle), routes, r) is None:
            low = middle
        else:
            high = middle
    return float(high)


def _riding(a: Arrays, r: int, seconds: float) -> Arrays:
    return a._replace(max_ride=_with(a.max_ride, r, float(seconds)))
