"""What a problem's parts owe each other: ids that exist, loads of all dimensions, places that are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transport.dispatch.solver.model import Problem, Request, Vehicle

MAX_VEHICLES = 50_000
MAX_REQUESTS = 100_000
MAX_DIMENSIONS = 16
MAX_WORDS = 64
"""Different skills, and different classes, of one problem: kernels keep them as bits."""


def check(problem: Problem) -> None:
    """Raise ValueError that names the field, as in ``requests[3].pickup_place: no such place``."""
    _check_sizes(problem)
    vehicles = _by_id([vehicle.id for vehicle in problem.vehicles], "vehicles")
    requests = _by_id([request.id for request in problem.requests], "requests")
    for number, request in enumerate(problem.requests):
        _check_request(problem, request, f"requests[{number}]", vehicles)
    seated: set[str] = set()
    tasks: set[tuple[str, str]] = set()
    for number, vehicle in enumerate(problem.vehicles):
        where = f"vehicles[{number}]"
        _check_vehicle(problem, vehicle, where)
        _check_on_board(vehicle, where, requests, seated)
        _check_committed(vehicle, where, requests, tasks)
    _check_boarding(problem, seated)
    _check_tied(problem)


def _check_sizes(problem: Problem) -> None:
    if not problem.id:
        raise ValueError("id: must not be empty")
    if not 0 < len(problem.dimensions) <= MAX_DIMENSIONS:
        raise ValueError(f"dimensions: must be 1 to {MAX_DIMENSIONS}")
    if len(problem.vehicles) > MAX_VEHICLES:
        raise ValueError(f"vehicles: at most {MAX_VEHICLES}")
    if len(problem.requests) > MAX_REQUESTS:
        raise ValueError(f"requests: at most {MAX_REQUESTS}")
    skills = {word for vehicle in problem.vehicles for word in vehicle.skills}
    skills |= {word for request in problem.requests for word in request.skills}
    if len(skills) > MAX_WORDS:
        raise ValueError(f"skills: at most {MAX_WORDS} different ones")
    classes = {vehicle.vehicle_class for vehicle in problem.vehicles}
    classes |= {word for request in problem.requests for word in request.classes}
    if len(classes) > MAX_WORDS:
        raise ValueError(f"classes: at most {MAX_WORDS} different ones")


def _by_id(ids: list[str], name: str) -> Mapping[str, int]:
    numbers: dict[str, int] = {}
    for number, id in enumerate(ids):
        if id in numbers:
            raise ValueError(f"{name}[{number}].id: {id!r} is the id of {name}[{numbers[id]}] too")
        numbers[id] = number
    return numbers


def _check_place(problem: Problem, place: int, where: str) -> None:
    if not 0 <= place < problem.travel.places:
        raise ValueError(f"{where}: no such place, the snapshot has {problem.travel.places}")


def _check_request(
    problem: Problem, request: Request, where: str, vehicles: Mapping[str, int]
) -> None:
    if len(request.party) != len(problem.dimensions):
        raise ValueError(f"{where}.party: must have {len(problem.dimensions)} loads")
    _check_place(problem, request.pickup_place, f"{where}.pickup_place")
    _check_place(problem, request.dropoff_place, f"{where}.dropoff_place")
    if request.vehicle_id is not None and request.vehicle_id not in vehicles:
        raise ValueError(f"{where}.vehicle_id: no vehicle {request.vehicle_id!r}")


def _check_vehicle(problem: Problem, vehicle: Vehicle, where: str) -> None:
    if len(vehicle.capacities) != len(problem.dimensions):
        raise ValueError(f"{where}.capacities: must have {len(problem.dimensions)} capacities")
    _check_place(problem, vehicle.start_place, f"{where}.start_place")
    if vehicle.end_place is not None:
        _check_place(problem, vehicle.end_place, f"{where}.end_place")


def _check_on_board(
    vehicle: Vehicle, where: str, requests: Mapping[str, int], seated: set[str]
) -> None:
    for number, item in enumerate(vehicle.on_board):
        named = f"{where}.on_board[{number}].request_id"
        if item.request_id not in requests:
            raise ValueError(f"{named}: no request {item.request_id!r}")
        if item.request_id in seated:
            raise ValueError(f"{named}: {item.request_id!r} sits in another vehicle")
        seated.add(item.request_id)


def _check_committed(
    vehicle: Vehicle, where: str, requests: Mapping[str, int], tasks: set[tuple[str, str]]
) -> None:
    riding = {item.request_id for item in vehicle.on_board}
    pauses = {item.id for item in vehicle.breaks}
    for number, task in enumerate(vehicle.committed):
        named = f"{where}.committed[{number}].ref"
        if task.kind == "break":
            if task.ref not in pauses:
                raise ValueError(f"{named}: the vehicle has no break {task.ref!r}")
            continue
        if task.ref not in requests:
            raise ValueError(f"{named}: no request {task.ref!r}")
        if (task.kind, task.ref) in tasks:
            raise ValueError(f"{named}: committed twice")
        tasks.add((task.kind, task.ref))
        if task.kind == "pickup":
            riding.add(task.ref)
        elif task.ref not in riding:
            raise ValueError(f"{named}: dropped off before it is picked up")


def _check_boarding(problem: Problem, seated: set[str]) -> None:
    for number, vehicle in enumerate(problem.vehicles):
        for place, task in enumerate(vehicle.committed):
            if task.kind == "pickup" and task.ref in seated:
                raise ValueError(f"vehicles[{number}].committed[{place}].ref: is on board already")


def _check_tied(problem: Problem) -> None:
    """Who sits in a vehicle, or is about to be picked up by it, may not be asked to ride with another one."""
    wanted = {request.id: request.vehicle_id for request in problem.requests}
    for number, vehicle in enumerate(problem.vehicles):
        tied = [("on_board", at, item.request_id) for at, item in enumerate(vehicle.on_board)]
        tied += [
            ("committed", at, task.ref)
            for at, task in enumerate(vehicle.committed)
            if task.kind == "pickup"
        ]
        for name, at, ref in tied:
            if wanted[ref] not in (None, vehicle.id):
                named = f"vehicles[{number}].{name}[{at}]"
                raise ValueError(f"{named}: {ref!r} may ride with {wanted[ref]!r} only")
