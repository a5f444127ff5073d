"""A plan that holds again after what nobody planned: a delay, a breakdown, a party that does not come.

Rows that have no timetable any more give back whoever can still go with another vehicle. Each of those
is put in again by exact insertion, then by rescue, and only then later than promised, by as little as a
doubling search finds. Who sits in a vehicle, or is what it drives to, stays; where even that is late,
the limits are widened to the earliest times there are, and everything widened is named. A request that
no vehicle can take at any time is ``stuck``: it stays known, and is tried again after every event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from transport.dispatch.solver import arrays, insertion, rescue, schedule, timetable, verdict
from transport.dispatch.solver.arrays import Arrays, Routes
from transport.dispatch.solver.model import (
    FOREVER_S,
    Kind,
    Problem,
    Promise,
    Request,
    Route,
    Task,
    Vehicle,
)
from transport.dispatch.solver.rules import Rule

if TYPE_CHECKING:
    from transport.dispatch.solver.online.dispatcher import Dispatcher

_FIRST_S = 300.0


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that was widened: whose, which, and by how many seconds."""

    rule: Rule
    vehicle_id: str
    ref: str
    by_s: float


def mend(d: Dispatcher) -> None:
    """Make the dispatcher's plan one that keeps every rule, as they are widened if need be."""
    d.active.update(d.stuck)
    d.stuck.clear()
    sequences = {id: list(tasks) for id, tasks in d.sequences().items()}
    _give_back(d, sequences)
    planned = {task.ref for tasks in sequences.values() for task in tasks if not is_break(task)}
    waiting = {id for id in d.active if id not in planned}
    pool = [d.active[id] for id in waiting]
    for request in sorted(pool, key=lambda item: (item.pickup_latest_s, item.id)):
        waiting.remove(request.id)
        _put_back(d, sequences, request, waiting)
    problem = d.problem()
    d.follow(problem, arrays.routes_from(problem, sequences))


def _give_back(d: Dispatcher, sequences: dict[str, list[Task]]) -> None:
    """Take whoever can go with another vehicle out of rows without a timetable; widen what is left."""
    problem = d.problem()
    a, routes = _rows(problem, sequences)
    for v, vehicle in enumerate(problem.vehicles):
        tasks = sequences.get(vehicle.id, [])
        if not tasks:
            _rest_late(d, vehicle)
            continue
        if _holds(a, routes, v):
            _stay_on(d, vehicle.id, vehicle.shift_end_s)
            continue
        tied = {item.request_id for item in vehicle.on_board}
        tied |= {task.ref for task in vehicle.committed if task.kind is not Kind.BREAK}
        kept = [task for task in tasks if task.kind is Kind.BREAK or task.ref in tied]
        sequences[vehicle.id] = kept
        if not tied:
            sequences.pop(vehicle.id)
            _rest_late(d, vehicle)
            continue
        again, rows = _rows(problem, sequences)
        if _holds(again, rows, v):
            _stay_on(d, vehicle.id, vehicle.shift_end_s)
        else:
            _widen_vehicle(d, problem, vehicle, kept)


def _rows(problem: Problem, sequences: dict[str, list[Task]]) -> tuple[Arrays, Routes]:
    return arrays.of_problem(problem), arrays.routes_from(problem, sequences)


def _holds(a: Arrays, routes: Routes, v: int) -> bool:
    m = int(routes.length[v])
    if not (routes.stops[v, :m] < 2 * a.size[0]).any():
        return True
    begin = np.empty(m + 2)
    return bool(schedule.judge(a, v, routes.stops[v], m, begin) == schedule.OK)


def is_break(task: Task | None) -> bool:
    """Whether it is a pause; its ref is the pause's, which may be called as a request is."""
    return task is not None and task.kind is Kind.BREAK


def is_of(task: Task | None, request_id: str) -> bool:
    """Whether it is the pick-up or the drop-off of the request."""
    return task is not None and task.kind is not Kind.BREAK and task.ref == request_id


def _put_back(
    d: Dispatcher, sequences: dict[str, list[Task]], request: Request, waiting: set[str]
) -> None:
    """Put one in again; those who wait for their turn are no part of the problem yet."""
    problem = d.problem(without=waiting)
    a, routes = _rows(problem, sequences)
    r = next(i for i, item in enumerate(problem.requests) if item.id == request.id)
    place = insertion.best(a, routes, r)
    if place is not None:
        routes = insertion.insert(a, routes, r, place)
    elif d.policy.rescue_steps:
        found = rescue.rescue(a, routes, r, steps=d.policy.rescue_steps, seed=d.seed())
        routes = routes if found is None else found
    if verdict.carried(a, routes)[r]:
        _take_over(problem, routes, sequences)
    else:
        _put_back_late(d, sequences, request, waiting)


def _take_over(problem: Problem, routes: Routes, sequences: dict[str, list[Task]]) -> None:
    tasks = arrays.task_of(problem)
    sequences.clear()
    for v, vehicle in enumerate(problem.vehicles):
        row = [tasks[x] for x in routes.stops[v, : routes.length[v]].tolist()]
        if any(task.kind is not Kind.BREAK for task in row):
            sequences[vehicle.id] = row


def _put_back_late(
    d: Dispatcher, sequences: dict[str, list[Task]], request: Request, waiting: set[str]
) -> None:
    """Later than promised, by as little as doubling finds; stuck if no time would do."""
    extra_s = _FIRST_S
    while True:
        d.active[request.id] = _later(request, d.now_s, extra_s)
        problem = d.problem(without=waiting)
        a, routes = _rows(problem, sequences)
        r = next(i for i, item in enumerate(problem.requests) if item.id == request.id)
        place = insertion.best(a, routes, r)
        if place is not None:
            routes = insertion.insert(a, routes, r, place)
            _take_over(problem, routes, sequences)
            vehicle = problem.vehicles[place.vehicle]
            _settle(d, problem, vehicle, sequences[vehicle.id], request)
            return
        if extra_s >= FOREVER_S:
            d.stuck[request.id] = request
            del d.active[request.id]
            return
        extra_s = min(FOREVER_S, extra_s * 2) if extra_s < 1e5 else FOREVER_S


def _later(request: Request, now_s: float, extra_s: float) -> Request:
    def later(at_s: float) -> float:
        return min(FOREVER_S, max(at_s, now_s) + extra_s)

    told = request.promise
    return replace(
        request,
        pickup_until_s=later(request.pickup_until_s),
        dropoff_until_s=later(request.dropoff_until_s),
        max_ride_s=None if request.max_ride_s is None else later(request.max_ride_s),
        promise=None
        if told is None
        else Promise(later(told.pickup_until_s), later(told.dropoff_until_s)),
    )


def _settle(
    d: Dispatcher, problem: Problem, vehicle: Vehicle, tasks: Sequence[Task], was: Request
) -> None:
    """The limits of a request put back late: what it had, widened to the times it now has and no more."""
    route = timetable.earliest(problem, vehicle, tasks)
    assert isinstance(route, Route)
    d.active[was.id] = _widened(d, vehicle, was, route)


def _widened(d: Dispatcher, vehicle: Vehicle, request: Request, route: Route) -> Request:
    """The request with limits that the route keeps; what that widens is noted."""
    boarded = {item.request_id: item.boarded_s for item in vehicle.on_board}
    changed = request
    end_s = boarded.get(request.id)
    for stop in route.stops:
        if stop.ref != request.id or stop.kind is Kind.BREAK:
            continue
        side = "pickup" if stop.kind is Kind.PICKUP else "dropoff"
        changed = _until(d, vehicle, changed, side, stop.begin_s)
        if stop.kind is Kind.PICKUP:
            end_s = stop.begin_s + request.pickup_service_s
        elif end_s is not None and request.max_ride_s is not None:
            over_s = stop.begin_s - end_s - request.max_ride_s
            if over_s > 0:
                d.broken.append(Broken(Rule.RIDE, vehicle.id, request.id, over_s))
                changed = replace(changed, max_ride_s=stop.begin_s - end_s)
    return changed


def _until(d: Dispatcher, vehicle: Vehicle, request: Request, side: str, begin_s: float) -> Request:
    name = f"{side}_until_s"
    later: dict[str, Any] = {name: begin_s}
    told = request.promise
    if begin_s > getattr(request, name):
        rule = Rule.WINDOW if told is None else Rule.PROMISE
        d.broken.append(Broken(rule, vehicle.id, request.id, begin_s - getattr(request, name)))
        request = replace(request, **later)
    if told is not None and begin_s > getattr(told, name):
        request = replace(request, promise=replace(told, **later))
    return request


def _stay_on(d: Dispatcher, vehicle_id: str, until_s: float) -> None:
    """The vehicle is out at least that long, whatever its shift."""
    car = d.cars[vehicle_id]
    over_s = until_s - car.vehicle.shift_end_s
    if over_s > 0:
        d.broken.append(Broken(Rule.SHIFT, vehicle_id, "", over_s))
        car.vehicle = replace(car.vehicle, shift_end_s=until_s)


def _rest_late(d: Dispatcher, vehicle: Vehicle) -> None:
    """A pause that an empty vehicle cannot begin in time any more may begin when the vehicle is free."""
    _rest_by(
        d, vehicle.id, {item.id: vehicle.shift_start_s for item in vehicle.breaks if item.required}
    )


def _rest_by(d: Dispatcher, vehicle_id: str, begun: dict[str, float]) -> None:
    """Pauses of the vehicle may begin as late as that, by their ids; what this widens is noted."""
    car = d.cars[vehicle_id]
    pauses = []
    for item in car.vehicle.breaks:
        until_s = max(item.until_s, begun.get(item.id, item.until_s))
        if until_s > item.until_s:
            d.broken.append(Broken(Rule.WINDOW, vehicle_id, item.id, until_s - item.until_s))
        pauses.append(replace(item, until_s=until_s))
    car.vehicle = replace(car.vehicle, breaks=tuple(pauses))


def _widen_vehicle(
    d: Dispatcher, problem: Problem, vehicle: Vehicle, tasks: Sequence[Task]
) -> None:
    """Limits of whoever cannot leave the vehicle, and of the vehicle, widened to its earliest times."""
    free = {item.id: _later(item, d.now_s, FOREVER_S) for item in problem.requests}
    free = {id: replace(item, max_ride_s=None) for id, item in free.items()}
    pauses = tuple(replace(item, until_s=FOREVER_S) for item in vehicle.breaks)
    loose = replace(vehicle, shift_end_s=FOREVER_S, max_duration_s=None, breaks=pauses)
    route = timetable.earliest(problem, loose, tasks, free)
    assert isinstance(route, Route)
    for ref in {task.ref for task in tasks if task.kind is not Kind.BREAK}:
        d.active[ref] = _widened(d, vehicle, d.active[ref], route)
    begun = {stop.ref: stop.begin_s for stop in route.stops if stop.kind is Kind.BREAK}
    car = d.cars[vehicle.id]
    _stay_on(d, vehicle.id, route.finish_s)
    own = car.vehicle
    out_s = route.finish_s - (route.depart_s if car.began_s is None else car.began_s)
    if own.max_duration_s is not None and out_s > own.max_duration_s:
        d.broken.append(Broken(Rule.DURATION, own.id, "", out_s - own.max_duration_s))
        own = replace(own, max_duration_s=out_s)
    car.vehicle = own
    _rest_by(d, vehicle.id, begun)
