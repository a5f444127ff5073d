"""What can be said of a route without its times: who is in it, in what order, how full, how long driven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transport.dispatch.solver.model import FOREVER_S, Kind, Problem, Request, Route, Task, Vehicle
from transport.dispatch.solver.rules import EPS_S, Rule, Violation


def check_known(
    vehicle: Vehicle, route: Route, requests: Mapping[str, Request]
) -> Iterator[Violation]:
    """Stops of requests and breaks that do not exist."""
    pauses = {item.id for item in vehicle.breaks}
    for number, stop in enumerate(route.stops):
        known = pauses if stop.kind is Kind.BREAK else requests
        if stop.ref not in known:
            yield Violation(Rule.UNKNOWN, vehicle.id, stop.ref, number)


def check_idle(vehicle: Vehicle) -> Iterator[Violation]:
    """A vehicle without a route owes nobody a stop."""
    for item in vehicle.on_board:
        yield Violation(Rule.ON_BOARD, vehicle.id, item.request_id)
    if vehicle.committed:
        yield Violation(Rule.FROZEN, vehicle.id, vehicle.committed[0].ref, 0)


def check_sequence(
    problem: Problem, vehicle: Vehicle, route: Route, requests: Mapping[str, Request]
) -> Iterator[Violation]:
    """Everything but times, of a route whose stops all exist."""
    tasks = route.tasks
    yield from _frozen(vehicle, tasks)
    yield from _pairs(vehicle, tasks)
    for number, task in enumerate(tasks):
        if task.kind is Kind.PICKUP:
            yield from _fits(vehicle, number, requests[task.ref])
    yield from _loads(vehicle, tasks, requests)
    yield from _breaks(vehicle, tasks)
    yield from _driving(problem, vehicle, route, requests)


def _frozen(vehicle: Vehicle, tasks: tuple[Task, ...]) -> Iterator[Violation]:
    for number, task in enumerate(vehicle.committed):
        if number >= len(tasks) or tasks[number] != task:
            yield Violation(Rule.FROZEN, vehicle.id, task.ref, number)
            return


def _pairs(vehicle: Vehicle, tasks: tuple[Task, ...]) -> Iterator[Violation]:
    riding = {item.request_id for item in vehicle.on_board}
    seated = set(riding)
    seen: set[Task] = set()
    for number, task in enumerate(tasks):
        if task in seen:
            yield Violation(Rule.TWICE, vehicle.id, task.ref, number)
        seen.add(task)
        if task.kind is Kind.PICKUP:
            if task.ref in seated:
                yield Violation(Rule.ON_BOARD, vehicle.id, task.ref, number)
            riding.add(task.ref)
        elif task.kind is Kind.DROPOFF:
            if task.ref not in riding:
                yield Violation(Rule.PAIR, vehicle.id, task.ref, number)
            riding.discard(task.ref)
    for ref in sorted(riding):
        yield Violation(Rule.ON_BOARD if ref in seated else Rule.PAIR, vehicle.id, ref)


def _fits(vehicle: Vehicle, number: int, request: Request) -> Iterator[Violation]:
    if request.vehicle_id not in (None, vehicle.id):
        yield Violation(Rule.VEHICLE, vehicle.id, request.id, number)
    if not request.skills <= vehicle.skills:
        yield Violation(Rule.SKILLS, vehicle.id, request.id, number)
    if request.classes and vehicle.vehicle_class not in request.classes:
        yield Violation(Rule.CLASS, vehicle.id, request.id, number)


def _loads(
    vehicle: Vehicle, tasks: tuple[Task, ...], requests: Mapping[str, Request]
) -> Iterator[Violation]:
    load = [0] * len(vehicle.capacities)
    for item in vehicle.on_board:
        _add(load, requests[item.request_id].party, 1)
    pauses = {item.id: item for item in vehicle.breaks}
    riders = len(vehicle.on_board)
    for number, task in enumerate(tasks):
        if task.kind is Kind.BREAK:
            if riders and not pauses[task.ref].with_riders:
                yield Violation(Rule.BREAK, vehicle.id, task.ref, number)
            continue
        sign = 1 if task.kind is Kind.PICKUP else -1
        riders += sign
        _add(load, requests[task.ref].party, sign)
        over = max(had - room for had, room in zip(load, vehicle.capacities, strict=True))
        if over > 0 and sign > 0:
            yield Violation(Rule.CAPACITY, vehicle.id, task.ref, number, over)


def _add(load: list[int], party: tuple[int, ...], sign: int) -> None:
    for dimension, units in enumerate(party):
        load[dimension] += sign * units


def _breaks(vehicle: Vehicle, tasks: tuple[Task, ...]) -> Iterator[Violation]:
    if not any(task.kind is not Kind.BREAK for task in tasks):
        return
    taken = {task.ref for task in tasks if task.kind is Kind.BREAK}
    for pause in vehicle.breaks:
        if pause.required and pause.id not in taken:
            yield Violation(Rule.BREAK, vehicle.id, pause.id)


def _driving(
    problem: Problem, vehicle: Vehicle, route: Route, requests: Mapping[str, Request]
) -> Iterator[Violation]:
    limits = vehicle.driving
    if limits.max_s is None and limits.max_continuous_s is None:
        return
    rests = {item.id for item in vehicle.breaks if item.duration_s >= limits.rest_s}
    total_s, since_s = limits.driven_s, limits.driven_since_rest_s
    longest_s = 0.0
    place = vehicle.start_place
    for task in route.tasks:
        if task.kind is Kind.BREAK:
            since_s = 0.0 if task.ref in rests else since_s
            continue
        request = requests[task.ref]
        there = request.pickup_place if task.kind is Kind.PICKUP else request.dropoff_place
        leg_s = problem.travel.seconds_between(place, there) * problem.travel.slowest
        total_s, since_s, place = total_s + leg_s, since_s + leg_s, there
        longest_s = max(longest_s, since_s)
    if vehicle.end_place is not None:
        leg_s = problem.travel.seconds_between(place, vehicle.end_place) * problem.travel.slowest
        total_s, longest_s = total_s + leg_s, max(longest_s, since_s + leg_s)
    if total_s - _limit(limits.max_s) > EPS_S:
        yield Violation(Rule.DRIVING, vehicle.id, by=total_s - _limit(limits.max_s))
    if longest_s - _limit(limits.max_continuous_s) > EPS_S:
        over = longest_s - _limit(limits.max_continuous_s)
        yield Violation(Rule.CONTINUOUS_DRIVING, vehicle.id, by=over)


def _limit(value: float | None) -> float:
    return float("inf") if value is None or value >= FOREVER_S else value
