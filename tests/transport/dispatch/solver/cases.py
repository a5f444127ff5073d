"""Random problems whose rules pinch: limits are drawn around the times of one way to do it all."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from itertools import pairwise
from random import Random

from transport.dispatch.solver import timetable
from transport.dispatch.solver.model import (
    FOREVER_S,
    Break,
    Cost,
    DrivingLimits,
    Kind,
    OnBoard,
    Problem,
    Promise,
    Request,
    Route,
    Task,
    Vehicle,
)
from transport.dispatch.solver.travel import Step, Travel, by_matrix, on_earth, on_plane

Sequences = dict[str, list[Task]]
LONG = bool(os.environ.get("QUANYU_LONG"))


def seeded() -> tuple[int, Random]:
    """A seed, told to whoever reads the test's output; QUANYU_SEED repeats one."""
    seed = int(os.environ.get("QUANYU_SEED", Random().randrange(1 << 30)))
    sys.stdout.write(f"seed {seed}\n")
    return seed, Random(seed)


def random_travel(rng: Random, places: int) -> Travel:
    steps = ()
    if rng.random() < 0.4:
        steps = tuple(
            Step(at * 1800.0 + rng.uniform(0, 900), rng.choice([0.7, 1.0, 1.3, 2.0]))
            for at in range(rng.randint(1, 4))
        )
    kind = rng.choice(["matrix", "plane", "earth"])
    if kind == "matrix":
        seconds = [
            [0.0 if i == j else rng.uniform(20, 900) for j in range(places)] for i in range(places)
        ]
        metres = [[cell * rng.uniform(5, 20) for cell in row] for row in seconds]
        return by_matrix("m", seconds, metres, steps)
    if kind == "plane":
        x = [rng.uniform(0, 9000) for _ in range(places)]
        y = [rng.uniform(0, 9000) for _ in range(places)]
        return on_plane("p", x, y, speed_m_s=rng.uniform(5, 15), steps=steps)
    lon = [118.1 + rng.uniform(0, 0.08) for _ in range(places)]
    lat = [29.7 + rng.uniform(0, 0.08) for _ in range(places)]
    return on_earth("e", lon, lat, speed_m_s=rng.uniform(5, 15), steps=steps)


def random_case(rng: Random) -> tuple[Problem, Sequences]:
    """A problem and the sequences its limits were drawn around; these may just break one of them."""
    dims = rng.randint(1, 2)
    requests = [_request(rng, f"r{n}", dims) for n in range(rng.randint(1, 6))]
    vehicles = [_vehicle(rng, f"v{n}", dims) for n in range(rng.randint(1, 3))]
    travel = random_travel(rng, 20)
    sequences: Sequences = {vehicle.id: [] for vehicle in vehicles}
    for request in requests:
        put_in(rng, sequences[rng.choice(vehicles).id], request.id)
    for number, vehicle in enumerate(vehicles):
        for pause in vehicle.breaks:
            tasks = sequences[vehicle.id]
            tasks.insert(rng.randint(0, len(tasks)), Task(Kind.BREAK, pause.id))
        vehicles[number] = _under_way(rng, vehicle, sequences[vehicle.id])
    loose = Problem("loose", ("seats", "bags")[:dims], tuple(vehicles), tuple(requests), travel)
    return _pinched(rng, loose, sequences), sequences


def put_in(rng: Random, tasks: list[Task], ref: str) -> None:
    at = rng.randint(0, len(tasks))
    tasks.insert(at, Task(Kind.PICKUP, ref))
    tasks.insert(rng.randint(at + 1, len(tasks)), Task(Kind.DROPOFF, ref))


def _request(rng: Random, id: str, dims: int) -> Request:
    return Request(
        id,
        tuple(rng.randint(0, 2) for _ in range(dims)),
        rng.randrange(20),
        rng.randrange(20),
        pickup_service_s=rng.choice([0.0, 30.0, 60.0]),
        dropoff_service_s=rng.choice([0.0, 30.0]),
        skills=frozenset({"lift"}) if rng.random() < 0.1 else frozenset(),
        classes=frozenset({"van"}) if rng.random() < 0.1 else frozenset(),
        accepted=rng.random() < 0.3,
        penalty=rng.choice([1e4, 1e6]),
    )


def _vehicle(rng: Random, id: str, dims: int) -> Vehicle:
    breaks = tuple(
        Break(
            f"{id}b{n}",
            0.0,
            FOREVER_S,
            rng.choice([300.0, 1200.0]),
            required=rng.random() < 0.6,
            with_riders=rng.random() < 0.7,
        )
        for n in range(rng.choice([0, 0, 1, 2]))
    )
    return Vehicle(
        id,
        tuple(rng.randint(2, 5) for _ in range(dims)),
        rng.randrange(20),
        rng.choice([None, rng.randrange(20)]),
        shift_start_s=rng.uniform(0, 3600),
        vehicle_class=rng.choice(["van", "van", "car"]),
        skills=frozenset({"lift"}) if rng.random() < 0.8 else frozenset(),
        breaks=breaks,
        cost=Cost(rng.choice([0.0, 5000.0]), rng.choice([1.0, 0.5]), rng.choice([0.0, 2.0])),
    )


def _under_way(rng: Random, vehicle: Vehicle, tasks: list[Task]) -> Vehicle:
    """Some stops committed; some people have sat down before the plan begins."""
    seated = []
    for task in list(tasks):
        if task.kind is Kind.PICKUP and rng.random() < 0.15:
            tasks.remove(task)
            seated.append(OnBoard(task.ref, vehicle.shift_start_s - rng.uniform(0, 600)))
    count = rng.randint(0, len(tasks)) if rng.random() < 0.4 else 0
    began = vehicle.shift_start_s - rng.uniform(0, 900) if rng.random() < 0.3 else None
    return replace(vehicle, on_board=tuple(seated), committed=tuple(tasks[:count]), began_s=began)


def _pinched(rng: Random, problem: Problem, sequences: Sequences) -> Problem:
    """Limits near what the sequences take: a little below them is infeasible, a little above not."""
    requests = {request.id: request for request in problem.requests}
    vehicles = []
    for vehicle in problem.vehicles:
        route = timetable.earliest(problem, vehicle, sequences[vehicle.id])
        assert isinstance(route, Route)
        boarded = {item.request_id: item.boarded_s for item in vehicle.on_board}
        for stop in route.stops:
            if stop.kind is Kind.PICKUP:
                begin = stop.begin_s - rng.uniform(0, 300)
                boarded[stop.ref] = stop.depart_s
                requests[stop.ref] = replace(
                    requests[stop.ref],
                    pickup_from_s=begin,
                    pickup_until_s=_around(rng, stop.begin_s, begin),
                )
            elif stop.kind is Kind.DROPOFF:
                requests[stop.ref] = _ride(
                    rng, requests[stop.ref], stop.begin_s, stop.begin_s - boarded[stop.ref]
                )
        vehicles.append(_shift(rng, problem, vehicle, route))
    if rng.random() < 0.1:
        first = problem.requests[0].id
        wanted = next((each for each in vehicles if _is_tied(each, first)), vehicles[0])
        requests[first] = replace(requests[first], vehicle_id=wanted.id)
    return replace(
        problem, id="pinched", vehicles=tuple(vehicles), requests=tuple(requests.values())
    )


def _is_tied(vehicle: Vehicle, ref: str) -> bool:
    seated = any(item.request_id == ref for item in vehicle.on_board)
    return seated or Task(Kind.PICKUP, ref) in vehicle.committed


def _around(rng: Random, at: float, least: float) -> float:
    return max(least, at + rng.uniform(-40, 900))


def _ride(rng: Random, request: Request, begin: float, ride: float) -> Request:
    promise = None
    if rng.random() < 0.3:
        promise = Promise(FOREVER_S, begin + rng.uniform(-20, 600))
    limit = None if rng.random() < 0.3 else max(0.0, ride * rng.uniform(0.97, 1.6))
    if rng.random() < 0.5:
        start = begin - rng.uniform(0, 300)
        request = replace(request, dropoff_from_s=start, dropoff_until_s=_around(rng, begin, start))
    return replace(request, max_ride_s=limit, promise=promise)


def _shift(rng: Random, problem: Problem, vehicle: Vehicle, route: Route) -> Vehicle:
    slowest = problem.travel.slowest
    places = [vehicle.start_place, *(stop.place for stop in route.stops)]
    driven = sum(problem.travel.seconds_between(a, b) * slowest for a, b in pairwise(places))
    limits = DrivingLimits()
    if rng.random() < 0.4:
        limits = DrivingLimits(
            max_s=driven * rng.uniform(0.98, 1.6) + 600,
            max_continuous_s=driven * rng.uniform(0.6, 1.2) + 300,
            driven_since_rest_s=rng.choice([0.0, 200.0]),
        )
    began = route.depart_s if vehicle.began_s is None else vehicle.began_s
    longest = (route.finish_s - began) * rng.uniform(0.98, 1.5)
    begun = {stop.ref: stop.begin_s for stop in route.stops}
    return replace(
        vehicle,
        shift_end_s=max(vehicle.shift_start_s, route.finish_s + rng.uniform(-30, 1800)),
        max_duration_s=None if rng.random() < 0.5 else longest,
        breaks=tuple(
            replace(
                item,
                from_s=begun[item.id] - 200,
                until_s=begun[item.id] + rng.uniform(-100, 900),
            )
            for item in vehicle.breaks
        ),
        driving=limits,
    )


def shaken(rng: Random, problem: Problem, sequences: Sequences) -> Sequences:
    """The sequences, some requests moved elsewhere, some orders broken."""
    changed = {id: list(tasks) for id, tasks in sequences.items()}
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        vehicle = rng.choice(list(changed))
        tasks = changed[vehicle]
        if not tasks:
            continue
        ref = rng.choice(tasks).ref
        draw = rng.random()
        if draw < 0.6 and ref.startswith("r"):
            for others in changed.values():
                others[:] = [task for task in others if task.ref != ref]
            put_in(rng, changed[rng.choice(list(changed))], ref)
        elif draw < 0.8:
            i, j = rng.randrange(len(tasks)), rng.randrange(len(tasks))
            tasks[i], tasks[j] = tasks[j], tasks[i]
        elif draw < 0.9:
            tasks.remove(rng.choice(tasks))
        else:
            tasks.insert(rng.randint(0, len(tasks)), rng.choice(tasks))
    return changed
