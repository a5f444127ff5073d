"""Whether a problem has nothing that outside solvers do not know, and its matrices in whole numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transport.dispatch.solver.model import FOREVER_S, Problem, Request, Vehicle

Whole = npt.NDArray[np.int64]


class Matrices(NamedTuple):
    """(places, places) of travel times and costs, times a scale; rounded up, so feasible stays so."""

    seconds: Whole
    cost: Whole


def suits(problem: Problem) -> bool:
    """Whether routes of an outside solver keep every rule: no limit that it does not know binds."""
    first = problem.vehicles[0].cost if problem.vehicles else None
    return (
        bool(problem.vehicles)
        and not problem.travel.steps
        and not any(ride_can_bind(request) for request in problem.requests)
        and not any(_asks_for_more(request) for request in problem.requests)
        and not any(_is_special(vehicle) for vehicle in problem.vehicles)
        and all(
            (v.cost.per_m, v.cost.per_s) == (first.per_m, first.per_s)
            for v in problem.vehicles
            if first
        )
    )


def ride_can_bind(request: Request) -> bool:
    """Whether the windows leave room for a ride longer than is allowed."""
    if request.max_ride_s is None or request.max_ride_s >= FOREVER_S:
        return False
    longest_s = request.dropoff_latest_s - request.pickup_from_s - request.pickup_service_s
    return longest_s > request.max_ride_s


def _asks_for_more(request: Request) -> bool:
    return bool(request.skills or request.classes or request.vehicle_id)


def _is_special(vehicle: Vehicle) -> bool:
    limits = vehicle.driving
    return bool(
        vehicle.breaks
        or vehicle.on_board
        or vehicle.committed
        or vehicle.began_s is not None
        or vehicle.end_place is None
        or limits.max_s is not None
        or limits.max_continuous_s is not None
    )


def matrices(problem: Problem, scale: int) -> Matrices:
    """Between the places of the snapshot; cost by the rates that all vehicles share."""
    places, travel = range(problem.travel.places), problem.travel
    cost = problem.vehicles[0].cost
    seconds = np.array([[travel.seconds_between(i, j) for j in places] for i in places])
    metres = np.array([[travel.metres_between(i, j) for j in places] for i in places])
    return Matrices(
        np.ceil(seconds * scale - 1e-6).astype(np.int64),
        np.rint((cost.per_m * metres + cost.per_s * seconds) * scale).astype(np.int64),
    )


def earliest(at_s: float, scale: int) -> int:
    """The beginning of a window in whole numbers, never sooner."""
    return max(0, int(np.ceil(at_s * scale - 1e-6)))


def latest(at_s: float, scale: int, most: int) -> int:
    """The end of a window in whole numbers, never later; ``most`` where there is none."""
    return most if at_s >= FOREVER_S else max(0, int(np.floor(at_s * scale + 1e-6)))
