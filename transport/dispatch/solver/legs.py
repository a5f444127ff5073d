"""Travel between two places for kernels: the same arithmetic as ``Travel``, compiled."""

from __future__ import annotations

import math

from numba import njit

from transport.dispatch.solver import machine_code  # noqa: F401 - says where it is kept
from transport.dispatch.solver.arrays import TravelArrays
from transport.dispatch.solver.leaf import leaf
from transport.dispatch.solver.travel import EARTH_RADIUS_M


@njit(cache=True, inline="always")
def metres(t: TravelArrays, i: int, j: int) -> float:
    """Metres from place i to place j."""
    mode = t.mode[0]
    if mode == 0:
        return t.metres[i, j]
    if mode == 1:
        return math.hypot(t.x[j] - t.x[i], t.y[j] - t.y[i]) * t.speed[1]
    half_phi = math.sin((t.y[j] - t.y[i]) / 2)
    half_lambda = math.sin((t.x[j] - t.x[i]) / 2)
    h = half_phi * half_phi + math.cos(t.y[i]) * math.cos(t.y[j]) * half_lambda * half_lambda
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h))) * t.speed[1]


@njit(cache=True, inline="always")
def seconds(t: TravelArrays, i: int, j: int) -> float:
    """Seconds from place i to place j at factor 1."""
    if t.mode[0] == 0:
        return t.seconds[i, j]
    return metres(t, i, j) / t.speed[0]


@leaf
def arrival(t: TravelArrays, i: int, j: int, depart: float) -> float:
    """When one arrives at j who leaves i at ``depart``; the factor of each step where it holds."""
    rest = seconds(t, i, j)
    at = depart
    factor = 1.0
    for k in range(t.step_from.shape[0]):
        if t.step_from[k] <= at:
            factor = t.step_factor[k]
            continue
        possible = (t.step_from[k] - at) / factor
        if rest <= possible:
            return at + rest * factor
        rest -= possible
        at = t.step_from[k]
        factor = t.step_factor[k]
    return at + rest * factor


@njit(cache=True)
def departure(t: TravelArrays, i: int, j: int, arrive: float) -> float:
    """The latest time to leave i and be at j at ``arrive``."""
    rest = seconds(t, i, j)
    at = arrive
    for k in range(t.step_from.shape[0] - 1, -1, -1):
        if t.step_from[k] >= at:
            continue
        possible = (at - t.step_from[k]) / t.step_factor[k]
        if rest <= possible:
            return at - rest * t.step_factor[k]
        rest -= possible
        at = t.step_from[k]
    return at - rest
