"""One insertion decision into a fleet that is at work: how long it takes, and that pruning loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.fleet_day import CARS, LATE, City, Day
from bench.fleet_demand import REQUESTS_AN_HOUR
from transport.dispatch.solver import insertion

Tell = Callable[[str], None]

_FILLED_S = 700.0
"""More than a mean ride: as many people are in cars as there will be."""
_SOME = 20
"""While a fleet is filled each request asks every so-many-th car only, in turns."""


@dataclass(frozen=True, slots=True)
class Cases:
    """So many decisions into a fleet, the first of them made twice: pruned, and trying everything."""

    cars: int
    decisions: int
    compared: int


CASES = (Cases(100, 8_000, 8_000), Cases(1_000, 4_000, 1_800), Cases(10_000, 2_000, 200))
"""10,000 of them compared; a full scan of 10,000 cars is slow, of 100 quick."""


@dataclass(slots=True)
class _Measured(Day):
    """A day whose decisions are timed, and compared with the full scan while ``compared`` are left."""

    compared: int = 0
    filling: bool = True
    cpu_ms: list[float] = field(default_factory=list)
    differences: int = 0
    _turn: int = 0

    def decide(self, slot: int) -> insertion.Insertion | None:
        arrays, routes = self.fleet.arrays, self.fleet.routes
        if self.filling:
            self._turn = (self._turn + 1) % _SOME
            some = np.arange(self._turn, self.city.cars, _SOME, dtype=np.int32)
            return insertion.best(arrays, routes, slot, some, late=LATE)
        began = time.process_time_ns()
        found = insertion.best(arrays, routes, slot, late=LATE)
        self.cpu_ms.append((time.process_time_ns() - began) / 1e6)
        if self.compared > 0:
            self.compared -= 1
            self.differences += found != insertion.scan(arrays, routes, slot, late=LATE)
        return found


def figures(tell: Tell, *, seed: int, cases: tuple[Cases, ...] = CASES) -> dict[str, Any]:
    """p99 of CPU milliseconds for each fleet, and in how many cases pruning chose otherwise."""
    found: dict[str, Any] = {}
    differences = 0
    for each in cases:
        tell(f"insertion into {each.cars} cars: {each.decisions} timed, {each.compared} compared")
        day = _decided(each, seed)
        found[f"insert_p99_ms_{each.cars}"] = round(float(np.percentile(day.cpu_ms, 99)), 3)
        found[f"insert_mean_ms_{each.cars}"] = round(float(np.mean(day.cpu_ms)), 3)
        found[f"insert_stops_{each.cars}"] = round(float(day.fleet.routes.length.mean()), 2)
        differences += day.differences
    found["insert_cases"] = sum(each.compared for each in cases)
    found["insert_differences"] = differences
    return found


def _decided(case: Cases, seed: int) -> _Measured:
    """With as many requests a car as in the simulation."""
    city = City(case.cars, REQUESTS_AN_HOUR * case.cars / CARS)
    day = _Measured(city, seed, 0.0, compared=case.compared)
    for ride in day.coming():
        day.filling = ride.at_s < _FILLED_S
        if len(day.cpu_ms) >= case.decisions:
            break
        day.take(ride)
    return day
