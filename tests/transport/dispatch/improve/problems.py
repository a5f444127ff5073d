"""Small random problems, and the best plan of each by trying everything with the plain timetable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from random import Random

from transport.dispatch.solver import costs, timetable
from transport.dispatch.solver.model import Cost, Kind, Problem, Request, Task, Vehicle
from transport.dispatch.solver.travel import Step, on_plane


def random_problem(
    seed: int, *, requests: int = 4, vehicles: int = 2, fixed: float = 0.0, steps: bool = False
) -> Problem:
    """People within 6 km who want to go within two hours; windows of ten minutes at one end."""
    chance = Random(seed)
    x = [chance.uniform(0, 6000) for _ in range(2 * requests + 1)]
    y = [chance.uniform(0, 6000) for _ in range(2 * requests + 1)]
    hour = (Step(1800.0, 1.6), Step(3600.0, 0.9)) if steps else ()
    return Problem(
        id=f"random-{seed}",
        dimensions=("seats",),
        vehicles=tuple(_vehicle(chance, k, fixed) for k in range(vehicles)),
        requests=tuple(_request(chance, k, requests) for k in range(requests)),
        travel=on_plane(f"plane-{seed}", x, y, speed_m_s=10.0, steps=hour),
    )


def _vehicle(chance: Random, number: int, fixed: float) -> Vehicle:
    longest = chance.choice([None, 5400.0, 7000.0])
    return Vehicle(
        f"v{number}", (3,), 0, 0, 0.0, 10_000.0, max_duration_s=longest, cost=Cost(fixed, 1.0, 0.0)
    )


def _request(chance: Random, number: int, count: int) -> Request:
    at = chance.uniform(300, 5000)
    outward = chance.random() < 0.5
    return Request(
        f"r{number}",
        (chance.choice([1, 1, 2]),),
        1 + number,
        1 + count + number,
        pickup_from_s=0.0 if outward else at,
        pickup_until_s=9000.0 if outward else at + 600,
        dropoff_from_s=at + 900 if outward else 0.0,
        dropoff_until_s=at + 1500 if outward else 9000.0,
        pickup_service_s=60.0,
        dropoff_service_s=30.0,
        max_ride_s=chance.choice([None, 700.0, 900.0, 1200.0]),
        penalty=50_000.0,
    )


def accepted(problem: Problem) -> Problem:
    """The same with everybody accepted."""
    return replace(problem, requests=tuple(replace(r, accepted=True) for r in problem.requests))


def least_cost(problem: Problem) -> float:
    """The cost of the best plan there is: every assignment, every order, judged in plain Python."""
    everybody = range(len(problem.requests))
    cheapest = [
        {
            subset: _cheapest_route(problem, vehicle, subset)
            for count in range(len(problem.requests) + 1)
            for subset in combinations(everybody, count)
        }
        for vehicle in problem.vehicles
    ]
    best = float("inf")
    for choice in product(range(len(problem.vehicles) + 1), repeat=len(problem.requests)):
        total = sum(
            problem.requests[r].penalty if not problem.requests[r].accepted else float("inf")
            for r in everybody
            if choice[r] == len(problem.vehicles)
        )
        for v in range(len(problem.vehicles)):
            total += cheapest[v][tuple(r for r in everybody if choice[r] == v)]
        best = min(best, total)
    return best


def _cheapest_route(problem: Problem, vehicle: Vehicle, subset: Sequence[int]) -> float:
    known = {request.id: request for request in problem.requests}
    best = float("inf") if subset else 0.0
    for order in _orders(list(subset), []):
        tasks = _tasks(problem, vehicle, order)
        for sequence in tasks:
            route = timetable.earliest(problem, vehicle, sequence, known)
            if not isinstance(route, timetable.Impossible):
                best = min(best, costs.of_route(problem, vehicle, route))
    return best


def _tasks(problem: Problem, vehicle: Vehicle, order: list[int]) -> Iterator[list[Task]]:
    """The stops of an order that the vehicle has room for."""
    load, seen, tasks = 0, set(), []
    for r in order:
        kind = Kind.DROPOFF if r in seen else Kind.PICKUP
        load += problem.requests[r].party[0] * (1 if kind is Kind.PICKUP else -1)
        if load > vehicle.capacities[0]:
            return
        seen.add(r)
        tasks.append(Task(kind, problem.requests[r].id))
    yield tasks


def _orders(waiting: list[int], riding: list[int]) -> Iterator[list[int]]:
    """Every order of pickups and drop-offs; a request's second mention is its drop-off."""
    if not waiting and not riding:
        yield []
    for r in waiting:
        for rest in _orders([w for w in waiting if w != r], [*riding, r]):
            yield [r, *rest]
    for r in riding:
        for rest in _orders(waiting, [w for w in riding if w != r]):
            yield [r, *rest]
