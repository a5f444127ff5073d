"""A problem as flat arrays that kernels take. numpy only; the kernels themselves import numba.

**Nodes.** With n requests, B breaks (all vehicles' together) and V vehicles there are
N = 2n + B + 2V nodes, numbered so that no look-up is needed::

    r                 pick-up of request r            0 <= r < n
    n + r             drop-off of request r
    2n + b            break b; those of vehicle v are break_ptr[v] <= b < break_ptr[v + 1]
    2n + B + v        start of vehicle v
    2n + B + V + v    end of vehicle v

so the partner of a pick-up or drop-off x < 2n is x + n or x - n.

**Units.** float64 seconds after the problem's epoch, float64 metres, int32 loads; no limit is
``np.inf``. ``EPS_S`` is how much kernels and the checker forgive (seconds).

**Routes** (``Routes``) are rows of node numbers without start and end, padded with -1: what is in a
row before ``length[v]`` counts, its first ``frozen[v]`` stay where they are. Kernels may change them
in place; all of ``Arrays`` is read-only.

``Arrays`` is a NamedTuple, so a kernel takes it whole: ``a.earliest[x]``. It holds ``a.t``, the travel
snapshot, for ``legs.seconds(a.t, i, j)``, ``legs.metres(a.t, i, j)``, ``legs.arrival(a.t, i, j, at)``
(``legs`` imports numba). Windows in ``earliest`` and ``latest`` are the effective ones: promises, the
ride limit of who is on board, and a shift that is under way are folded in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from transport.dispatch.solver.model import FOREVER_S, Kind, Plan, Problem, Task, Vehicle
from transport.dispatch.solver.travel import Travel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint64]

EPS_S = 1e-6
"""Seconds that a rule of time may be missed by: sums of floats in another order."""

PICKUP, DROPOFF, BREAK, START, END = range(5)
"""``Arrays.kind``."""

MATRIX, PLANE, EARTH = range(3)
"""``TravelArrays.mode[0]``."""


class TravelArrays(NamedTuple):
    """A travel snapshot. P places; matrices are (P, P) or (1, 1) when unused, points (P,) or (1,).

    ``mode`` int32 (1,); ``speed`` float64 (2,): metres a second and the detour factor; ``step_from``
    and ``step_factor`` float64 (K,), K >= 0, rising; ``factors`` float64 (2,): the slowest and the
    quickest factor of the day. For EARTH x and y are radians of longitude and latitude.
    """

    mode: Ints
    seconds: Floats
    metres: Floats
    x: Floats
    y: Floats
    speed: Floats
    step_from: Floats
    step_factor: Floats
    factors: Floats


class Arrays(NamedTuple):
    """The problem. n requests, B breaks, V vehicles, N nodes (see the module), D dimensions.

    ======================  =========  ==========  ==============================================
    field                   dtype      shape       meaning
    ======================  =========  ==========  ==============================================
    size                    int64      (5,)        n, B, V, N, D
    kind                    int8       (N,)        PICKUP, DROPOFF, BREAK, START, END
    place                   int32      (N,)        travel place; -1: where the stop before it is
                                                   (breaks, ends of routes that end anywhere)
    earliest, latest        float64    (N,)        beginning of service, s; effective windows
    service                 float64    (N,)        s; of a break its duration
    load                    int32      (N, D)      + at pick-ups, - at drop-offs, 0 else
    max_ride                float64    (n,)        s; inf for none and for who is on board
    penalty                 float64    (n,)        of leaving the request out, fen
    accepted                bool       (n,)        may not be left out
    on_board                int32      (n,)        the vehicle in which it sits, or -1
    pinned                  int32      (n,)        the only vehicle allowed, or -1; that in which it
                                                   sits, or which has a committed stop of it
    needs                   uint64     (n,)        bits of the skills it needs
    classes                 uint64     (n,)        bits of the vehicle classes it may have
    capacity, start_load    int32      (V, D)      units
    skills                  uint64     (V,)        bits of the skills it has
    class_bit               uint64     (V,)        the one bit of its class
    max_duration            float64    (V,)        from leaving the start to the end, s
    driving_left            float64    (V,)        wheel hours left, s
    continuous_left         float64    (V,)        until the first rest, s
    max_continuous          float64    (V,)        between rests, s
    rest                    float64    (V,)        a break this long restarts them, s
    break_ptr               int32      (V + 1,)    breaks of v: 2n + break_ptr[v] ...
    required                bool       (B,)        a used vehicle must have it
    riders                  int32      (V,)        requests on board
    with_riders             bool       (B,)        people may sit in the vehicle meanwhile
    cost                    float64    (V, 3)      fixed, per metre, per second driven, fen
    committed_ptr           int32      (V + 1,)    committed stops of v, in ``committed``
    committed               int32      (sum,)      nodes that the route begins with, in order
    t                       TravelArrays
    ======================  =========  ==========  ==============================================
    """

    size: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int8]
    place: Ints
    earliest: Floats
    latest: Floats
    service: Floats
    load: Ints
    max_ride: Floats
    penalty: Floats
    accepted: npt.NDArray[np.bool_]
    on_board: Ints
    pinned: Ints
    needs: Bits
    classes: Bits
    capacity: Ints
    start_load: Ints
    skills: Bits
    class_bit: Bits
    max_duration: Floats
    driving_left: Floats
    continuous_left: Floats
    max_continuous: Floats
    rest: Floats
    break_ptr: Ints
    required: npt.NDArray[np.bool_]
    with_riders: npt.NDArray[np.bool_]
    cost: Floats
    riders: Ints
    committed_ptr: Ints
    committed: Ints
    t: TravelArrays


class Routes(NamedTuple):
    """Rows of nodes: ``stops`` int32 (V, W), -1 beyond ``length`` int32 (V,); ``frozen`` int32 (V,)."""

    stops: Ints
    length: Ints
    frozen: Ints


def travel_arrays(travel: Travel) -> TravelArrays:
    """The snapshot for kernels."""
    none, flat = np.zeros((1, 1)), np.zeros(1)
    x, y = flat, flat
    if travel.x is not None and travel.y is not None:
        earth = travel.kind == "earth"
        x, y = (np.radians(travel.x), np.radians(travel.y)) if earth else (travel.x, travel.y)
    mode = {"matrix": MATRIX, "plane": PLANE, "earth": EARTH}[travel.kind]
    return TravelArrays(
        mode=np.array([mode], dtype=np.int32),
        seconds=none if travel.seconds is None else travel.seconds,
        metres=none if travel.metres is None else travel.metres,
        x=x,
        y=y,
        speed=np.array([travel.speed_m_s, travel.detour]),
        step_from=np.array([step.from_s for step in travel.steps], dtype=np.float64),
        step_factor=np.array([step.factor for step in travel.steps], dtype=np.float64),
        factors=np.array([travel.slowest, travel.quickest]),
    )


def of_problem(problem: Problem) -> Arrays:
    """The problem for kernels; read-only."""
    arrays = Arrays(
        **_sizes(problem),
        **_nodes(problem),
        **_requests(problem),
        **_vehicles(problem),
        **_breaks(problem),
        **_committed(problem),
        t=travel_arrays(problem.travel),
    )
    for array in (*arrays[:-1], *arrays.t):
        array.setflags(write=False)
    return arrays


def node_of(problem: Problem) -> dict[tuple[str, Task], int]:
    """Node of each (vehicle id, task); the vehicle id of pick-ups and drop-offs is ``""``."""
    n = len(problem.requests)
    nodes: dict[tuple[str, Task], int] = {}
    for number, request in enumerate(problem.requests):
        nodes["", Task(Kind.PICKUP, request.id)] = number
        nodes["", Task(Kind.DROPOFF, request.id)] = n + number
    at = 2 * n
    for vehicle in problem.vehicles:
        for pause in vehicle.breaks:
            nodes[vehicle.id, Task(Kind.BREAK, pause.id)] = at
            at += 1
    return nodes


def task_of(problem: Problem) -> tuple[Task, ...]:
    """The task of each node below 2n + B: ``node_of`` backwards."""
    pickups = [Task(Kind.PICKUP, request.id) for request in problem.requests]
    dropoffs = [Task(Kind.DROPOFF, request.id) for request in problem.requests]
    pauses = [Task(Kind.BREAK, item.id) for car in problem.vehicles for item in car.breaks]
    return (*pickups, *dropoffs, *pauses)


def routes_of(problem: Problem, plan: Plan | None = None, spare: int = 8) -> Routes:
    """The plan's routes as rows, ``spare`` columns wider than the longest.

    A vehicle without a route has what it owes (``owed``): idle ones with a required break have it.
    Raises KeyError for a vehicle or task that the problem does not have.
    """
    planned: dict[str, Sequence[Task]] = {}
    if plan is not None:
        planned = {route.vehicle_id: route.tasks for route in plan.routes}
    return routes_from(problem, planned, spare)


def routes_from(
    problem: Problem, sequences: Mapping[str, Sequence[Task]], spare: int = 8
) -> Routes:
    """Rows from each vehicle's tasks; what it owes, for one that is not named. KeyError as above."""
    nodes = node_of(problem)
    rows = [
        [
            nodes[vehicle.id if task.kind is Kind.BREAK else "", task]
            for task in sequences.get(vehicle.id, owed(vehicle))
        ]
        for vehicle in problem.vehicles
    ]
    width = max((len(row) for row in rows), default=0) + spare
    stops = np.full((len(rows), width), -1, dtype=np.int32)
    for number, row in enumerate(rows):
        stops[number, : len(row)] = row
    return Routes(
        stops,
        np.array([len(row) for row in rows], dtype=np.int32),
        np.array([len(vehicle.committed) for vehicle in problem.vehicles], dtype=np.int32),
    )


def owed(vehicle: Vehicle) -> tuple[Task, ...]:
    """What a vehicle has to do in any plan: committed stops, its riders out, the breaks it must have.

    Breaks last, by their windows, so that whoever is put in finds them in the row of an idle vehicle.
    """
    done = set(vehicle.committed)
    riding = [item.request_id for item in vehicle.on_board]
    riding += [task.ref for task in vehicle.committed if task.kind is Kind.PICKUP]
    left = [Task(Kind.DROPOFF, ref) for ref in riding]
    pauses = sorted(
        (item for item in vehicle.breaks if item.required), key=lambda item: item.from_s
    )
    left.extend(Task(Kind.BREAK, item.id) for item in pauses)
    return (*vehicle.committed, *(task for task in left if task not in done))


def _sizes(problem: Problem) -> dict[str, Any]:
    n, v = len(problem.requests), len(problem.vehicles)
    b = sum(len(vehicle.breaks) for vehicle in problem.vehicles)
    return {"size": np.array([n, b, v, 2 * n + b + 2 * v, len(problem.dimensions)], np.int64)}


def _limited(value: float | None) -> float:
    return np.inf if value is None or value >= FOREVER_S else value


_Row = tuple[int, int, float, float, float]
"""Kind, place, earliest, latest, service."""


def _nodes(problem: Problem) -> dict[str, Any]:
    pauses = [
        (BREAK, -1, pause.from_s, _limited(pause.until_s), pause.duration_s)
        for vehicle in problem.vehicles
        for pause in vehicle.breaks
    ]
    rows: list[_Row] = [*_stops(problem), *pauses, *_ends(problem)]
    kind, place, earliest, latest, service = zip(*rows, strict=True) if rows else [()] * 5
    return {
        "kind": np.array(kind, np.int8),
        "place": np.array(place, np.int32),
        "earliest": np.array(earliest, np.float64),
        "latest": np.array(latest, np.float64),
        "service": np.array(service, np.float64),
        "load": _loads(problem, len(rows)),
    }


def _stops(problem: Problem) -> list[_Row]:
    boarded = {item.request_id: item.boarded_s for car in problem.vehicles for item in car.on_board}
    pickups: list[_Row] = []
    dropoffs: list[_Row] = []
    for item in problem.requests:
        latest = _limited(item.pickup_latest_s)
        service = item.pickup_service_s
        pickups.append((PICKUP, item.pickup_place, item.pickup_from_s, latest, service))
        latest = _limited(item.dropoff_latest_s)
        if item.id in boarded:
            latest = min(latest, boarded[item.id] + _limited(item.max_ride_s))
        service = item.dropoff_service_s
        dropoffs.append((DROPOFF, item.dropoff_place, item.dropoff_from_s, latest, service))
    return [*pickups, *dropoffs]


def _ends(problem: Problem) -> list[_Row]:
    starts: list[_Row] = []
    ends: list[_Row] = []
    for car in problem.vehicles:
        latest = _limited(car.shift_end_s)
        starts.append((START, car.start_place, car.shift_start_s, latest, 0.0))
        if car.began_s is not None:
            latest = min(latest, car.began_s + _limited(car.max_duration_s))
        place = -1 if car.end_place is None else car.end_place
        ends.append((END, place, car.shift_start_s, latest, 0.0))
    return [*starts, *ends]


def _loads(problem: Problem, nodes: int) -> Ints:
    load = np.zeros((nodes, len(problem.dimensions)), np.int32)
    n = len(problem.requests)
    if n:
        load[:n] = [request.party for request in problem.requests]
        load[n : 2 * n] = -load[:n]
    return load


def _bits(words: Sequence[str]) -> dict[str, int]:
    return {word: 1 << number for number, word in enumerate(sorted(set(words)))}


def _skill_bits(problem: Problem) -> dict[str, int]:
    asked = [word for request in problem.requests for word in request.skills]
    return _bits([*asked, *(word for vehicle in problem.vehicles for word in vehicle.skills)])


def _class_bits(problem: Problem) -> dict[str, int]:
    asked = [word for request in problem.requests for word in request.classes]
    return _bits([*asked, *(vehicle.vehicle_class for vehicle in problem.vehicles)])


def _requests(problem: Problem) -> dict[str, Any]:
    skill, named = _skill_bits(problem), _class_bits(problem)
    number = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
    aboard = {item.request_id: number[v.id] for v in problem.vehicles for item in v.on_board}
    tied = aboard | {
        task.ref: number[v.id]
        for v in problem.vehicles
        for task in v.committed
        if task.kind is not Kind.BREAK
    }
    every = (1 << 64) - 1
    rides, needs, classes, pinned, on_board = [], [], [], [], []
    for item in problem.requests:
        seat = aboard.get(item.id, -1)
        on_board.append(seat)
        only = -1 if item.vehicle_id is None else number[item.vehicle_id]
        pinned.append(tied.get(item.id, only))
        rides.append(np.inf if seat >= 0 else _limited(item.max_ride_s))
        needs.append(sum(skill[word] for word in item.skills))
        classes.append(sum(named[word] for word in item.classes) if item.classes else every)
    return {
        "max_ride": np.array(rides, np.float64),
        "penalty": np.array([item.penalty for item in problem.requests], np.float64),
        "accepted": np.array([item.accepted for item in problem.requests], np.bool_),
        "on_board": np.array(on_board, np.int32),
        "pinned": np.array(pinned, np.int32),
        "needs": np.array(needs, np.uint64),
        "classes": np.array(classes, np.uint64),
    }


def _vehicles(problem: Problem) -> dict[str, Any]:
    skill, named = _skill_bits(problem), _class_bits(problem)
    party = {request.id: request.party for request in problem.requests}
    cars, dims = problem.vehicles, len(problem.dimensions)
    start = np.zeros((len(cars), dims), np.int32)
    for number, car in enumerate(cars):
        for item in car.on_board:
            start[number] += np.array(party[item.request_id], np.int32)
    hours = [car.driving for car in cars]
    floats: dict[str, list[float]] = {
        "max_duration": [
            np.inf if c.began_s is not None else _limited(c.max_duration_s) for c in cars
        ],
        "driving_left": [_limited(h.max_s) - h.driven_s for h in hours],
        "continuous_left": [_limited(h.max_continuous_s) - h.driven_since_rest_s for h in hours],
        "max_continuous": [_limited(h.max_continuous_s) for h in hours],
        "rest": [h.rest_s for h in hours],
    }
    return {
        "capacity": np.array([car.capacities for car in cars], np.int32).reshape(-1, dims),
        "start_load": start,
        "riders": np.array([len(car.on_board) for car in cars], np.int32),
        "skills": np.array([sum(skill[w] for w in car.skills) for car in cars], np.uint64),
        "class_bit": np.array([named[car.vehicle_class] for car in cars], np.uint64),
        **{name: np.array(values, np.float64) for name, values in floats.items()},
        "cost": np.array(
            [(c.cost.fixed, c.cost.per_m, c.cost.per_s) for c in cars], np.float64
        ).reshape(-1, 3),
    }


def _breaks(problem: Problem) -> dict[str, Any]:
    counts = [0, *(len(vehicle.breaks) for vehicle in problem.vehicles)]
    every = [pause for vehicle in problem.vehicles for pause in vehicle.breaks]
    return {
        "break_ptr": np.cumsum(counts).astype(np.int32),
        "required": np.array([pause.required for pause in every], np.bool_),
        "with_riders": np.array([pause.with_riders for pause in every], np.bool_),
    }


def _committed(problem: Problem) -> dict[str, Any]:
    nodes = node_of(problem)
    every = [
        nodes[vehicle.id if task.kind is Kind.BREAK else "", task]
        for vehicle in problem.vehicles
        for task in vehicle.committed
    ]
    counts = [0, *(len(vehicle.committed) for vehicle in problem.vehicles)]
    return {
        "committed_ptr": np.cumsum(counts).astype(np.int32),
        "committed": np.array(every, np.int32),
    }
