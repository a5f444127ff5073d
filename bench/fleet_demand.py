"""A made-up taxi demand on an island of Manhattan's shape, from published figures; each names its source.

Nothing is taken from anybody's records: places, times and parties are drawn from a seed. Requests come
out one at a time in the order of their time; who dispatches cannot look ahead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REQUESTS_AN_HOUR = 394_695 / 24
"""Rides that began and ended in Manhattan on 2 March 2015: github.com/Leot6/AMoD, README."""
SPEED_M_S = 7.1 * 1609.344 / 3600
"""Taxis in Manhattan below 60th Street in 2017, 7.1 miles an hour (New York City Mobility Report, June
2018; 9.1 in 2010). All rides of 2013 from 8 to 19 h had 11.5 (drewlevitt.com/2014/08)."""
DETOUR = 4 / math.pi
"""How much longer the way along streets and avenues is than the straight line, over all directions."""
AREA_M2 = 59.1e6
LENGTH_M = 21_600
"""Manhattan's land, and from the Battery to the northern tip (US Census; English Wikipedia, Manhattan)."""
PARTY = (0.76, 0.16, 0.05, 0.03)
"""Shares of 1, 2, 3 and 4 people: 1.35 on average, as 236 million riders in 175 million rides
(Taxicab Fact Book 2014)."""

_WIDTHS = (
    (0, 300), (1_000, 1_300), (3_000, 2_700), (4_600, 3_700), (8_000, 3_300), (12_500, 3_200),
    (14_500, 2_700), (16_000, 1_700), (18_500, 1_300), (20_000, 1_500), (21_600, 900),
)  # fmt: skip
"""Metres from the Battery, and how wide the island is there, before it is scaled to AREA_M2."""

_PICKUPS = (
    (0, 0.5), (3_000, 0.9), (4_600, 1.6), (6_300, 2.2), (7_700, 2.3), (9_300, 1.7), (10_400, 1.5),
    (11_300, 0.8), (12_500, 0.35), (14_000, 0.2), (16_500, 0.1), (21_600, 0.05),
)  # fmt: skip
"""Metres from the Battery, and how many rides begin at that height: most of them below 96th Street."""

_CHOICES, _REACH_M = 12, 2_500.0
"""A rider's destination is one of so many draws, the nearer ones likelier: see MEAN_TRIP_M."""
MEAN_TRIP_M = 3_300
"""What the choice comes to, along the streets. All rides of the city have 2.6 miles (4,200 m; Fact Book
2014), with those to the airports and the other boroughs, which are not in here."""
_SHORTEST_M = 400.0
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Ride:
    """Somebody asks at ``at_s`` for a car: from where to where in metres, how many people."""

    at_s: float
    from_m: tuple[float, float]
    to_m: tuple[float, float]
    party: int


class Island:
    """Draws places as pick-ups are spread: x metres across, y metres along."""

    def __init__(self) -> None:
        self._y = np.linspace(0, LENGTH_M, 2_161)
        width = _along(self._y, _WIDTHS)
        self._width = width * AREA_M2 / float(np.trapezoid(width, self._y))
        weight = _along(self._y, _PICKUPS)
        self._share = np.cumsum(weight) / weight.sum()

    def places(self, chance: np.random.Generator, count: int) -> Floats:
        """(count, 2) metres."""
        y = np.interp(chance.random(count), self._share, self._y)
        x = (chance.random(count) - 0.5) * np.interp(y, self._y, self._width)
        return np.column_stack([x, y])


def rides(*, seed: int, an_hour: float = REQUESTS_AN_HOUR) -> Iterator[Ride]:
    """Requests without end, one at a time: times of a Poisson process from second 0."""
    chance, island, at_s = np.random.default_rng(seed), Island(), 0.0
    while True:
        from_m, to_m = _ways(chance, island)
        gaps = chance.exponential(3600 / an_hour, len(from_m))
        parties = chance.choice(len(PARTY), len(from_m), p=PARTY) + 1
        for gap, origin, destination, party in zip(gaps, from_m, to_m, parties, strict=True):
            at_s += float(gap)
            yield Ride(at_s, (origin[0], origin[1]), (destination[0], destination[1]), int(party))


def _ways(chance: np.random.Generator, island: Island) -> tuple[Floats, Floats]:
    """From and to of a block of rides, each long enough to be ridden."""
    from_m = island.places(chance, _BLOCK)
    drawn = island.places(chance, _BLOCK * _CHOICES).reshape(_BLOCK, _CHOICES, 2)
    metres = np.linalg.norm(drawn - from_m[:, None], axis=2) * DETOUR
    weight = np.where(metres < _SHORTEST_M, 1e-12, np.exp(-metres / _REACH_M))
    share = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    chosen = (share < chance.random((_BLOCK, 1))).sum(axis=1)
    rows = np.flatnonzero(metres[np.arange(_BLOCK), chosen] >= _SHORTEST_M)
    return from_m[rows], drawn[rows, chosen[rows]]


def _along(at_m: Floats, shape: Sequence[tuple[float, float]]) -> Floats:
    """What a shape is at these metres from the Battery, straight between its points."""
    metres, values = np.array(shape).T
    found: Floats = np.interp(at_m, metres, values)
    return found
