"""A fleet that drives while people ask: the same arrays from request to request, moved on to each moment.

A day of a big fleet has too many requests for one problem, so request numbers are slots that are used
again as soon as their people are where they wanted to be. Vehicles can be diverted anywhere between
two stops: where one is on the straight line of its leg is where it starts from. Vehicles without
stops stand, or drive to where ``send`` has told them to wait.

Only points on a plane, no breaks, shifts or time of day: a problem that has them is planned by its own
arrays (``arrays.of_problem``). Places are numbered like nodes, pick-up r at r, drop-off at n + r, vehicle
v at 2n + v, so that moving one is writing two numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from transport.dispatch.solver import legs
from transport.dispatch.solver.arrays import (
    DROPOFF,
    END,
    PICKUP,
    PLANE,
    START,
    Arrays,
    Floats,
    Routes,
    TravelArrays,
)
from transport.dispatch.solver.leaf import leaf

WIDTH = 24
"""Stops that one vehicle can have before it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What happened in one move: nodes whose service began, when (seconds), and by whom; in any order."""

    nodes: npt.NDArray[np.int64]
    begun_s: Floats
    vehicles: npt.NDArray[np.int64]


class Fleet:
    """``arrays`` and ``routes`` for kernels, as the fleet stands at ``now_s``."""

    def __init__(
        self, start_m: Floats, seats: npt.NDArray[np.int32], *, slots: int, speed_m_s: float,
        detour: float, per_m: float = 0.0, per_s: float = 1.0,
    ) -> None:  # fmt: skip
        vehicles = len(start_m)
        self.now_s = 0.0
        self.slots = slots
        self.arrays = _arrays(start_m, seats, slots, (speed_m_s, detour), (0.0, per_m, per_s))
        self.routes = Routes(
            np.full((vehicles, WIDTH), -1, np.int32),
            np.zeros(vehicles, np.int32),
            np.zeros(vehicles, np.int32),
        )
        self.driven_m = np.zeros(vehicles)
        """All metres of each vehicle, also those to where it waits."""
        self.target_m = np.full((vehicles, 2), np.nan)
        self._free = list(range(slots - 1, -1, -1))

    def ask(
        self, from_m: tuple[float, float], to_m: tuple[float, float], party: int, *,
        pickup_until_s: float, dropoff_until_s: float,
    ) -> int:  # fmt: skip
        """A slot for somebody who asks now. Raises IndexError when all are in use."""
        slot = self._free.pop()
        a, drop = self.arrays, self.slots + slot
        a.t.x[slot], a.t.y[slot] = from_m
        a.t.x[drop], a.t.y[drop] = to_m
        a.earliest[slot] = a.earliest[drop] = self.now_s
        a.latest[slot], a.latest[drop] = pickup_until_s, dropoff_until_s
        a.load[slot], a.load[drop] = party, -party
        a.on_board[slot] = a.pinned[slot] = -1
        return slot

    def forget(self, slot: int) -> None:
        """Nobody needs it any more: refused, or where it wanted to be."""
        self._free.append(slot)

    def direct_s(self, slot: int) -> float:
        """Seconds of the ride without a detour."""
        return float(legs.seconds(self.arrays.t, slot, self.slots + slot))

    def move(self, now_s: float) -> Done:
        """Drive on to ``now_s``; whoever got off leaves the slot for others by ``forget``."""
        found = _move(self.arrays, self.routes, self.target_m, self.driven_m, now_s)
        self.now_s = now_s
        return Done(*found)

    def idle(self) -> npt.NDArray[np.int64]:
        """Vehicles without a stop."""
        return np.flatnonzero(self.routes.length == 0)

    def places_m(self, vehicles: npt.NDArray[np.int64]) -> Floats:
        """(n, 2) metres, where they are."""
        at = 2 * self.slots + vehicles
        return np.column_stack([self.arrays.t.x[at], self.arrays.t.y[at]])

    def send(self, vehicle: int, to_m: tuple[float, float]) -> None:
        """Where it shall wait, as long as nobody needs it."""
        self.target_m[vehicle] = to_m


def _arrays(
    start_m: Floats,
    seats: npt.NDArray[np.int32],
    slots: int,
    speed: tuple[float, float],
    cost: tuple[float, float, float],
) -> Arrays:
    vehicles, n = len(start_m), slots
    nodes = 2 * n + 2 * vehicles
    none_i, every = np.empty(0, np.int32), np.uint64((1 << 64) - 1)
    place = np.arange(nodes, dtype=np.int32)
    place[2 * n + vehicles :] = -1
    free = {
        name: np.full(vehicles, np.inf)
        for name in ("max_duration", "driving_left", "continuous_left", "max_continuous")
    }
    return Arrays(
        size=np.array([n, 0, vehicles, nodes, 1], np.int64),
        kind=np.repeat(
            np.array([PICKUP, DROPOFF, START, END], np.int8), [n, n, vehicles, vehicles]
        ),
        place=place,
        earliest=np.zeros(nodes),
        latest=np.full(nodes, np.inf),
        service=np.zeros(nodes),
        load=np.zeros((nodes, 1), np.int32),
        max_ride=np.full(n, np.inf),
        penalty=np.full(n, 1e6),
        accepted=np.zeros(n, np.bool_),
        on_board=np.full(n, -1, np.int32),
        pinned=np.full(n, -1, np.int32),
        needs=np.zeros(n, np.uint64),
        classes=np.full(n, every, np.uint64),
        riders=np.zeros(vehicles, np.int32),
        capacity=seats.astype(np.int32).reshape(-1, 1),
        start_load=np.zeros((vehicles, 1), np.int32),
        skills=np.zeros(vehicles, np.uint64),
        class_bit=np.ones(vehicles, np.uint64),
        **free,
        rest=np.zeros(vehicles),
        break_ptr=np.zeros(vehicles + 1, np.int32),
        required=np.empty(0, np.bool_),
        with_riders=np.empty(0, np.bool_),
        cost=np.tile(np.array(cost), (vehicles, 1)),
        committed_ptr=np.zeros(vehicles + 1, np.int32),
        committed=none_i,
        t=_plane(start_m, slots, speed),
    )


def _plane(start_m: Floats, slots: int, speed: tuple[float, float]) -> TravelArrays:
    unused, none = np.zeros((1, 1)), np.empty(0)
    x, y = (np.concatenate([np.zeros(2 * slots), start_m[:, axis]]) for axis in (0, 1))
    return TravelArrays(
        mode=np.array([PLANE], np.int32),
        seconds=unused,
        metres=unused,
        x=x,
        y=y,
        speed=np.array(speed),
        step_from=none,
        step_factor=none,
        factors=np.ones(2),
    )


@njit(cache=True)
def _move(
    a: Arrays, routes: Routes, target_m: Floats, driven_m: Floats, now: float
) -> tuple[Any, Any, Any]:
    nodes: Any = [np.int64(0) for _ in range(0)]
    begun: Any = [0.0 for _ in range(0)]
    cars: Any = [np.int64(0) for _ in range(0)]
    for v in range(a.size[2]):
        start = 2 * a.size[0] + v
        if routes.length[v] > 0:
            target_m[v] = np.nan
        done = 0
        while done < routes.length[v]:
            begins = _to_stop(a, driven_m, v, routes.stops[v, done], now)
            if begins > now:
                break
            nodes.append(routes.stops[v, done])
            begun.append(begins)
            cars.append(v)
            done += 1
        _pop(routes, v, done)
        if routes.length[v] == 0 and now > a.earliest[start]:
            if not np.isnan(target_m[v, 0]):
                _drive(a, driven_m, v, target_m[v, 0], target_m[v, 1], now)
            a.earliest[start] = now
    return np.array(nodes, np.int64), np.array(begun), np.array(cars, np.int64)


@leaf
def _to_stop(a: Arrays, driven_m: Floats, v: int, stop: int, now: float) -> float:
    """Drive to the next stop and serve it, as far as that is done by now; when it began, or inf."""
    start, place = 2 * a.size[0] + v, a.place[stop]
    arrive = a.earliest[start] + legs.seconds(a.t, start, place)
    if arrive > now:
        _drive(a, driven_m, v, a.t.x[place], a.t.y[place], now)
        return np.inf
    driven_m[v] += legs.metres(a.t, start, place)
    a.t.x[start], a.t.y[start] = a.t.x[place], a.t.y[place]
    a.earliest[start] = arrive
    begins = max(arrive, a.earliest[stop])
    if begins + a.service[stop] > now:
        return np.inf
    a.earliest[start] = begins + a.service[stop]
    _serve(a, v, stop, begins)
    return begins


@leaf
def _drive(a: Arrays, driven_m: Floats, v: int, x: float, y: float, now: float) -> None:
    """Towards a point until now; a vehicle that leaves later stays where it is."""
    start = 2 * a.size[0] + v
    if now <= a.earliest[start]:
        return
    dx, dy = x - a.t.x[start], y - a.t.y[start]
    metres = np.hypot(dx, dy) * a.t.speed[1]
    driven = min((now - a.earliest[start]) * a.t.speed[0], metres)
    if metres > 0:
        a.t.x[start] += dx * driven / metres
        a.t.y[start] += dy * driven / metres
    driven_m[v] += driven
    a.earliest[start] = now


@leaf
def _serve(a: Arrays, v: int, stop: int, begins: float) -> None:
    """People get on or off: the load of the vehicle, and who may leave from no other."""
    n = a.size[0]
    a.start_load[v, 0] += a.load[stop, 0]
    if a.kind[stop] == PICKUP:
        a.riders[v] += 1
        a.on_board[stop] = a.pinned[stop] = v
        boarded = begins + a.service[stop]
        a.latest[stop + n] = min(a.latest[stop + n], boarded + a.max_ride[stop])
    else:
        a.riders[v] -= 1
        a.on_board[stop - n] = a.pinned[stop - n] = -1


@leaf
def _pop(routes: Routes, v: int, done: int) -> None:
    if done == 0:
        return
    length = routes.length[v]
    for at in range(length):
        routes.stops[v, at] = routes.stops[v, at + done] if at + done < length else -1
    routes.length[v] = length - done
