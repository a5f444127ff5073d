"""A problem through PyVRP 0.14: shipments, an iterated local search that stops at a CPU time."""

from __future__ import annotations

import time
from typing import Any

from transport.dispatch.solver.model import Problem, Request, Vehicle
from transport.dispatch.solver.outside.suits import earliest, latest, matrices

_SCALE = 1000
_MOST = 1 << 50


class _CpuTime:
    """PyVRP's own limit counts the clock on the wall."""

    def __init__(self, cpu_s: float) -> None:
        self.until = time.process_time() + cpu_s

    def __call__(self, best_cost: int) -> bool:
        return time.process_time() >= self.until


def solve(problem: Problem, cpu_s: float, seed: int) -> list[list[tuple[str, str]]] | None:
    """(kind, request) of each vehicle's stops, in the problem's order; None where nothing was found."""
    from pyvrp import Model

    model = Model()
    places = [model.add_location(0, 0) for _ in range(problem.travel.places)]
    _add_edges(model, places, problem)
    depots: dict[int, Any] = {}
    for vehicle in problem.vehicles:
        _add_vehicle(model, places, depots, vehicle)
    for request in problem.requests:
        _add_shipment(model, places, request)
    found = model.solve(_CpuTime(cpu_s), seed=seed, collect_stats=False, display=False).best
    return _routes(problem, found) if found.is_feasible() else None


def _add_edges(model: Any, places: list[Any], problem: Problem) -> None:
    between = matrices(problem, _SCALE)
    for i, origin in enumerate(places):
        for j, destination in enumerate(places):
            if i != j:
                cost, seconds = int(between.cost[i, j]), int(between.seconds[i, j])
                model.add_edge(origin, destination, distance=cost, duration=seconds)


def _add_vehicle(model: Any, places: list[Any], depots: dict[int, Any], vehicle: Vehicle) -> None:
    assert vehicle.end_place is not None
    for place in (vehicle.start_place, vehicle.end_place):
        if place not in depots:
            depots[place] = model.add_depot(places[place])
    limit_s = vehicle.max_duration_s
    longest = {} if limit_s is None else {"shift_duration": latest(limit_s, _SCALE, _MOST)}
    model.add_vehicle_type(
        1,
        list(vehicle.capacities),
        depots[vehicle.start_place],
        depots[vehicle.end_place],
        round(vehicle.cost.fixed * _SCALE),
        earliest(vehicle.shift_start_s, _SCALE),
        latest(vehicle.shift_end_s, _SCALE, _MOST),
        **longest,
    )


def _add_shipment(model: Any, places: list[Any], request: Request) -> None:
    model.add_shipment(
        places[request.pickup_place],
        places[request.dropoff_place],
        earliest(request.pickup_from_s, _SCALE),
        latest(request.pickup_latest_s, _SCALE, _MOST),
        earliest(request.pickup_service_s, _SCALE),
        earliest(request.dropoff_from_s, _SCALE),
        latest(request.dropoff_latest_s, _SCALE, _MOST),
        earliest(request.dropoff_service_s, _SCALE),
        list(request.party),
        prize=round(request.penalty * _SCALE),
        required=request.accepted,
    )


def _routes(problem: Problem, found: Any) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[] for _ in problem.vehicles]
    for route in found.routes():
        rows[route.vehicle_type()] = [
            ("pickup" if step.is_pickup() else "dropoff", problem.requests[step.idx].id)
            for step in route.schedule()
            if step.is_shipment()
        ]
    return rows
