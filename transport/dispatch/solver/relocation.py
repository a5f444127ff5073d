"""Where idle cars wait: near the people who are likely to ask next, judged by those who have asked.

Nothing here looks ahead: demand is what was seen, each request counting less the longer ago it was.
The more is asked for somewhere, the more cars wait there, but not in proportion: the mean way to the
nearest car is least where the density of cars goes with the two-thirds power of the demand's (Gastner,
Newman 2006, "Optimal design of spatial distribution networks"). Which car goes where is the cheapest
matching of those too many to the places short of one.

A car that is needed later waits too: ``hold`` keeps it where it is until it has to leave, so that it
can still be sent elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from transport.dispatch.solver.matching import Batch, match
from transport.dispatch.solver.model import Problem, Route
from transport.dispatch.solver.travel import Travel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Cell = tuple[int, int]

_POWER = 2 / 3


@dataclass(slots=True)
class Seen:
    """Who has asked, by square cells of ``cell_m`` metres; after ``memory_s`` seconds 1 counts 0.37."""

    cell_m: float = 500.0
    memory_s: float = 1200.0
    _cells: dict[Cell, list[float]] = field(default_factory=dict)
    """(weight, x and y in metres by weight, when it was that much) of each cell."""

    def __post_init__(self) -> None:
        if not self.cell_m > 0 or not self.memory_s > 0:
            raise ValueError("cell_m, memory_s: more than 0")

    def add(self, at_m: tuple[float, float], at_s: float, weight: float = 1.0) -> None:
        """Somebody has asked there; a refused one may weigh more. Times never go back."""
        kept = self._cells.setdefault(self.cell(at_m), [0.0, 0.0, 0.0, at_s])
        faded = math.exp((kept[3] - at_s) / self.memory_s)
        kept[0] = kept[0] * faded + weight
        kept[1] = kept[1] * faded + weight * at_m[0]
        kept[2] = kept[2] * faded + weight * at_m[1]
        kept[3] = at_s

    def cell(self, at_m: tuple[float, float]) -> Cell:
        return math.floor(at_m[0] / self.cell_m), math.floor(at_m[1] / self.cell_m)

    def weights(self, at_s: float) -> dict[Cell, tuple[float, tuple[float, float]]]:
        """What each cell weighs now, and the middle of who asked there, in the order of the cells."""
        return {
            cell: (kept[0] * math.exp((kept[3] - at_s) / self.memory_s), self._middle(kept))
            for cell, kept in sorted(self._cells.items())
            if kept[0] > 0
        }

    def _middle(self, kept: list[float]) -> tuple[float, float]:
        return kept[1] / kept[0], kept[2] / kept[0]


@dataclass(frozen=True, slots=True)
class Move:
    """Idle car number ``car`` shall wait at ``to_m``."""

    car: int
    to_m: tuple[float, float]


def relocate(
    idle_m: Floats, soon_m: Floats, seen: Seen, *, at_s: float, s_per_m: float, most_s: int = 600
) -> list[Move]:
    """Which idle cars should wait elsewhere, and where; the rest stay.

    ``idle_m`` and ``soon_m`` are (n, 2) metres: cars without work, and where others will be without it
    shortly, who count as being there. ``s_per_m`` are seconds a straight metre takes; nobody drives
    longer than ``most_s`` for it. The same input gives the same moves.
    """
    weights = seen.weights(at_s)
    if not len(idle_m) or not weights:
        return []
    cars_m = np.vstack([idle_m, soon_m.reshape(-1, 2)])
    wanted = _shares({cell: weight**_POWER for cell, (weight, _m) in weights.items()}, len(cars_m))
    here: dict[Cell, list[int]] = {}
    for car, at_m in enumerate(cars_m):
        here.setdefault(seen.cell((at_m[0], at_m[1])), []).append(car)
    middles = {cell: middle for cell, (_weight, middle) in weights.items()}
    spare = _spare(here, wanted, middles, idle_m)
    short = [
        weights[cell][1]
        for cell, count in wanted.items()
        for _car in range(count - len(here.get(cell, [])))
    ]
    return _moves(idle_m, np.array(spare, np.int64), short, s_per_m, most_s)


def _shares(weight: dict[Cell, float], cars: int) -> dict[Cell, int]:
    """Whole cars for each cell, in proportion, by the largest remainder."""
    total = sum(weight.values())
    exact = {cell: cars * value / total for cell, value in weight.items()}
    whole = {cell: math.floor(value) for cell, value in exact.items()}
    rest = cars - sum(whole.values())
    for cell in sorted(exact, key=lambda each: (whole[each] - exact[each], each))[:rest]:
        whole[cell] += 1
    return whole


def _spare(
    here: dict[Cell, list[int]],
    wanted: dict[Cell, int],
    middles: dict[Cell, tuple[float, float]],
    idle_m: Floats,
) -> list[int]:
    """The idle cars that their cells have too many of, those far from who asks first.

    Cars that are free soon stay in the count.
    """
    spare: list[int] = []
    for cell, cars in sorted(here.items()):
        waiting = [car for car in cars if car < len(idle_m)]
        if cell in middles:
            far = {car: math.dist(idle_m[car], middles[cell]) for car in waiting}
            waiting.sort(key=far.__getitem__, reverse=True)
        spare += waiting[: max(len(cars) - wanted.get(cell, 0), 0)]
    return sorted(spare)


def _moves(
    idle_m: Floats, spare: Ints, short: list[tuple[float, float]], s_per_m: float, most_s: int
) -> list[Move]:
    if not len(spare) or not short:
        return []
    to_m, from_m = np.array(short, np.float64), idle_m[spare]

    def seconds(places: Ints, cars: Ints) -> Ints:
        metres = np.hypot(*(to_m[places] - from_m[cars]).T)
        return np.ceil(metres * s_per_m).astype(np.int64)

    batch = Batch(
        to_m, from_m, [None] * len(to_m), [None] * len(from_m), lambda _want, _offer: True,
        seconds, s_per_m, most_s=most_s,
    )  # fmt: skip
    car_of = match(batch, within=0.02).car_of
    return [Move(int(spare[car]), short[place]) for place, car in enumerate(car_of) if car >= 0]


def hold(problem: Problem, route: Route) -> Route:
    """The same route and service times, but the vehicle waits before each leg instead of after it.

    It leaves every place at the last moment that still brings it to the next stop's service in time.
    """
    depart_s, stops = route.depart_s, list(route.stops)
    for number, stop in enumerate(stops):
        place = stops[number - 1].place if number else _start(problem, route)
        earliest_s = stops[number - 1].depart_s if number else route.depart_s
        leaves_s = max(departure_s(problem.travel, place, stop.place, stop.begin_s), earliest_s)
        arrives_s = max(stop.arrive_s, problem.travel.arrival_s(place, stop.place, leaves_s))
        stops[number] = replace(stop, arrive_s=min(arrives_s, stop.begin_s))
        if number:
            stops[number - 1] = replace(stops[number - 1], depart_s=leaves_s)
        else:
            depart_s = leaves_s
    return replace(route, depart_s=depart_s, stops=tuple(stops))


def _start(problem: Problem, route: Route) -> int:
    return next(v.start_place for v in problem.vehicles if v.id == route.vehicle_id)


def departure_s(travel: Travel, origin: int, destination: int, arrive_s: float) -> float:
    """The last moment to leave that arrives by ``arrive_s``: ``Travel.arrival_s`` backwards."""
    rest, at_s = travel.seconds_between(origin, destination), arrive_s
    for step in reversed(travel.steps):
        if step.from_s >= at_s:
            continue
        possible = (at_s - step.from_s) / step.factor
        if rest <= possible:
            return at_s - rest * step.factor
        rest -= possible
        at_s = step.from_s
    return at_s - rest
