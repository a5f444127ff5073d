"""A problem through VROOM 1.15 (pyvroom): fast, not anytime; its time limit counts the wall clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from transport.dispatch.solver.model import Problem, Request, Vehicle
from transport.dispatch.solver.outside.suits import earliest, latest, matrices

_SCALE = 100
_MOST = (1 << 32) - 2
_PRIORITY_OF_ACCEPTED = 100


def solve(problem: Problem, cpu_s: float, seed: int) -> list[list[tuple[str, str]]] | None:
    """As ``with_pyvrp.solve``; there is no seed to give. None where an accepted request is left out."""
    import vroom

    model = vroom.Input()
    between = matrices(problem, _SCALE)
    model.set_durations_matrix("car", between.seconds.astype("uint32"))
    model.set_costs_matrix("car", between.cost.astype("uint32"))
    for number, vehicle in enumerate(problem.vehicles):
        model.add_vehicle(_vehicle(vroom, number, vehicle))
    for number, request in enumerate(problem.requests):
        model.add_shipment(*_shipment(vroom, number, request))
    found = model.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=cpu_s))
    left = {step._id for step in found.unassigned}
    if any(request.accepted for number, request in enumerate(problem.requests) if number in left):
        return None
    return _routes(problem, found)


def _vehicle(vroom: Any, number: int, vehicle: Vehicle) -> Any:
    limit_s = vehicle.max_duration_s
    return vroom.Vehicle(
        number,
        start=vehicle.start_place,
        end=vehicle.end_place,
        capacity=vroom.Amount(list(vehicle.capacities)),
        time_window=_window(vroom, vehicle.shift_start_s, vehicle.shift_end_s),
        costs=vroom.VehicleCosts(fixed=round(vehicle.cost.fixed * _SCALE)),
        max_travel_time=None if limit_s is None else latest(limit_s, _SCALE, _MOST),
    )


def _shipment(vroom: Any, number: int, request: Request) -> tuple[Any, ...]:
    pickup = vroom.ShipmentStep(
        number,
        request.pickup_place,
        default_service=earliest(request.pickup_service_s, _SCALE),
        time_windows=[_window(vroom, request.pickup_from_s, request.pickup_latest_s)],
    )
    delivery = vroom.ShipmentStep(
        number,
        request.dropoff_place,
        default_service=earliest(request.dropoff_service_s, _SCALE),
        time_windows=[_window(vroom, request.dropoff_from_s, request.dropoff_latest_s)],
    )
    priority = _PRIORITY_OF_ACCEPTED if request.accepted else 0
    return pickup, delivery, vroom.Amount(list(request.party)), None, priority


def _window(vroom: Any, from_s: float, until_s: float) -> Any:
    return vroom.TimeWindow(earliest(from_s, _SCALE), latest(until_s, _SCALE, _MOST))


def _routes(problem: Problem, found: Any) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[] for _ in problem.vehicles]
    frame = found.routes
    if "id" not in frame:  # nothing is carried at all
        return rows
    names = {"pickup": "pickup", "delivery": "dropoff"}
    for vehicle, kind, task in zip(frame["vehicle_id"], frame["type"], frame["id"], strict=True):
        if kind in names:
            rows[int(vehicle)].append((names[kind], problem.requests[int(task)].id))
    return rows
