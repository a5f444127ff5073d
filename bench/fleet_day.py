"""A big fleet of shared cars on the made-up demand: every request answered at once, by exact insertion.

Requests come one at a time. Each is put where it adds least driving and least lateness for everybody, or
refused when no car can keep all promises. Nobody's promise is broken afterwards: that is counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench import fleet_demand
from bench.fleet_demand import DETOUR, Island, Ride
from transport.dispatch.solver import insertion
from transport.dispatch.solver.relocation import Seen, relocate
from transport.dispatch.solver.rolling import Fleet

CARS, SEATS = 3_000, 4
MAX_WAIT_S, MAX_DELAY_S = 300.0, 600.0
"""Omega and Delta = 2 Omega of Alonso-Mora et al. 2017; the delay has the waiting in it."""
LATE = 3.0
"""Seconds of driving that are worth a second of somebody's time."""
FILLED_AFTER_S = 1_800.0
"""The cars begin empty and idle; what is asked before they are filled is not counted."""
_RELOCATE_S = 30.0
_MOST_RELOCATION_S = 3_600
"""Nobody rides in a car that moves to where it waits; the ends of the island are far from the middle."""
_REFUSED_COUNTS = 10.0
"""Somebody who was refused shows better than ten who were not that a car is missing there."""
_SLOTS = 16_384
_WORST = 1e-6


@dataclass(frozen=True, slots=True)
class City:
    """What is simulated: cars, requests an hour, metres a second along the streets."""

    cars: int = CARS
    an_hour: float = fleet_demand.REQUESTS_AN_HOUR
    speed_m_s: float = fleet_demand.SPEED_M_S


@dataclass(slots=True)
class _Asked:
    at_s: float
    direct_s: float
    counts: bool


@dataclass(slots=True)
class Day:
    """One run: what is counted begins at FILLED_AFTER_S and lasts ``counted_s``."""

    city: City
    seed: int
    counted_s: float
    waits_s: list[float] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)
    asked: int = 0
    refused: int = 0
    broken: int = 0
    cpu_s: float = 0.0
    fleet: Fleet = field(init=False)
    _open: dict[int, _Asked] = field(default_factory=dict)
    _seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        chance = np.random.default_rng([self.seed, 1])
        start_m = Island().places(chance, self.city.cars)
        self.fleet = Fleet(
            start_m,
            np.full(self.city.cars, SEATS, np.int32),
            slots=_SLOTS,
            speed_m_s=self.city.speed_m_s,
            detour=DETOUR,
        )

    def run(self) -> Day:
        """Until everybody who counts is where they wanted to be."""
        began = time.process_time()
        for ride in self.coming():
            if ride.at_s >= self._until_s and not any(each.counts for each in self._open.values()):
                break
            self.take(ride)
        self.cpu_s = time.process_time() - began
        return self

    def coming(self) -> Iterator[Ride]:
        """Each request when it is asked, the cars moved on to that moment."""
        relocate_s = _RELOCATE_S
        for ride in fleet_demand.rides(seed=self.seed, an_hour=self.city.an_hour):
            while relocate_s <= ride.at_s:
                self._move(relocate_s)
                self._relocate()
                relocate_s += _RELOCATE_S
            self._move(ride.at_s)
            yield ride

    @property
    def _until_s(self) -> float:
        return FILLED_AFTER_S + self.counted_s

    def take(self, ride: Ride) -> bool:
        """Answer one request, now: a place in a car, or no."""
        counts = FILLED_AFTER_S <= ride.at_s < self._until_s
        self.asked += counts
        self._seen.add(ride.from_m, ride.at_s)
        slot, direct_s = self.ask(ride)
        place = self.decide(slot)
        if place is None:
            self._seen.add(ride.from_m, ride.at_s, _REFUSED_COUNTS)
            self.fleet.forget(slot)
            self.refused += counts
            return False
        self.fleet.routes = insertion.insert(self.fleet.arrays, self.fleet.routes, slot, place)
        self._open[slot] = _Asked(ride.at_s, direct_s, counts)
        return True

    def decide(self, slot: int) -> insertion.Insertion | None:
        """The best place of all cars."""
        return insertion.best(self.fleet.arrays, self.fleet.routes, slot, late=LATE)

    def ask(self, ride: Ride) -> tuple[int, float]:
        """(slot, direct seconds) of a request with its limits."""
        metres = np.hypot(ride.to_m[0] - ride.from_m[0], ride.to_m[1] - ride.from_m[1]) * DETOUR
        direct_s = float(metres) / self.city.speed_m_s
        slot = self.fleet.ask(
            ride.from_m,
            ride.to_m,
            ride.party,
            pickup_until_s=ride.at_s + MAX_WAIT_S,
            dropoff_until_s=ride.at_s + direct_s + MAX_DELAY_S,
        )
        return slot, direct_s

    def _move(self, at_s: float) -> None:
        done = self.fleet.move(at_s)
        for node, begun_s in zip(done.nodes.tolist(), done.begun_s.tolist(), strict=True):
            self.broken += int(begun_s > self.fleet.arrays.latest[node] + _WORST)
            if node < _SLOTS:
                each = self._open[node]
                if each.counts:
                    self.waits_s.append(begun_s - each.at_s)
                continue
            each = self._open.pop(node - _SLOTS)
            self.fleet.forget(node - _SLOTS)
            if each.counts:
                self.delays_s.append(begun_s - each.at_s - each.direct_s)

    def _relocate(self) -> None:
        idle = self.fleet.idle()
        moves = relocate(
            self.fleet.places_m(idle),
            np.empty((0, 2)),
            self._seen,
            at_s=self.fleet.now_s,
            s_per_m=DETOUR / self.city.speed_m_s,
            most_s=_MOST_RELOCATION_S,
        )
        for move in moves:
            self.fleet.send(int(idle[move.car]), move.to_m)

    def figures(self) -> dict[str, Any]:
        """Shares of 1, minutes, and how many times faster than real on one core."""
        hours = self.fleet.now_s / 3600
        return {
            "served": round(1 - self.refused / max(self.asked, 1), 4),
            "wait_min": round(float(np.mean(self.waits_s)) / 60, 2),
            "delay_min": round(float(np.mean(self.delays_s)) / 60, 2),
            "speedup": round(self.fleet.now_s / self.cpu_s, 1),
            "requests": self.asked,
            "broken_promises": self.broken,
            "km_per_car_hour": round(float(self.fleet.driven_m.mean()) / 1000 / hours, 1),
            "aboard_at_end": int(self.fleet.arrays.start_load.sum()),
            "idle_at_end": len(self.fleet.idle()),
        }


def warm_up() -> None:
    """Compile, or read what was compiled: not counted as time."""
    day = Day(City(cars=40, an_hour=400), 1, 0.0)
    for ride in day.coming():
        if ride.at_s > 120:
            return
        day.take(ride)
