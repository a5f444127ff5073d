"""Idle vehicles go to where requests came from before, so that the next one is nearer.

Only what was asked until now is known. Each idle vehicle in turn goes to the place among the latest
pick-ups that lowers the mean way from there to the nearest vehicle the most, less a share of the way
itself; vehicles with a plan count where their plan ends. Hours that the law or a shift counts from the first
way are not spent on guesses: such vehicles stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from transport.dispatch.solver.online.cars import Car, Leg

if TYPE_CHECKING:
    from transport.dispatch.solver.online.dispatcher import Dispatcher

_MEMORY = 60
"""Pick-ups that are remembered."""
_LEAST = 12
"""So few say nothing."""


def relocate(d: Dispatcher) -> None:
    """Send idle vehicles off; each keeps going until it is needed or has arrived."""
    idle = [car for car in d.cars.values() if _is_idle(car) and _may_roam(car, d.now_s)]
    if not idle or len(d.demand) < _LEAST or not d.places.grow:
        return
    travel = d.places.snapshot()
    wanted = d.demand[-_MEMORY:]
    seconds = travel.seconds_table(wanted, wanted)
    others = [_ends(car) for car in d.cars.values() if car not in idle and not car.out]
    near = np.min(travel.seconds_table(others, wanted), axis=0, initial=np.inf)
    here_of = travel.seconds_table([car.place for car in idle], wanted)
    for car, here in zip(idle, here_of, strict=True):
        stay = np.minimum(near, here).mean()
        gains = stay - np.minimum(near, seconds).mean(axis=1) - d.policy.way_share * here
        best = int(np.argmax(gains))
        goes = bool(gains[best] > 0 and here[best] > 60.0 and _has_time(d, car, wanted[best]))
        near = np.minimum(near, seconds[best] if goes else here)
        if goes:
            arrive_s = travel.arrival_s(car.place, wanted[best], d.now_s)
            car.set_out(Leg(car.place, wanted[best], d.now_s, arrive_s, None), travel)


def _is_idle(car: Car) -> bool:
    return not (car.out or car.stops or car.on_board or car.leg)


def _may_roam(car: Car, now_s: float) -> bool:
    """In its shift, and under no limit of hours."""
    vehicle = car.vehicle
    limits = (vehicle.max_duration_s, vehicle.driving.max_s, vehicle.driving.max_continuous_s)
    return vehicle.shift_start_s <= now_s and car.free_s <= now_s and limits == (None, None, None)


def _has_time(d: Dispatcher, car: Car, place: int) -> bool:
    """Whether it is there before a pause must begin, and from there at its end before its shift is over."""
    travel = d.places.snapshot()
    there_s = travel.arrival_s(car.place, place, d.now_s)
    due = [item for item in car.vehicle.breaks if item.required and item.id not in car.rested]
    if any(there_s > item.until_s for item in due):
        return False
    end = place if car.vehicle.end_place is None else car.vehicle.end_place
    return travel.arrival_s(place, end, there_s) <= car.vehicle.shift_end_s


def _ends(car: Car) -> int:
    if car.stops:
        return car.stops[-1].place
    return car.place if car.leg is None else car.leg.destination
