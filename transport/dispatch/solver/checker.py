"""The judge of every plan, from whatever solver: plain Python, shares no code with the kernels.

``check`` says everything that is wrong with a plan and its times. ``checker_sequence`` judges what
needs no times. Empty means that the plan keeps every rule of ``model``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from transport.dispatch.solver import checker_sequence
from transport.dispatch.solver.model import (
    FOREVER_S,
    Kind,
    Plan,
    Problem,
    Request,
    Route,
    Stop,
    Vehicle,
)
from transport.dispatch.solver.rules import EPS_S, Rule, Violation


def check(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Every breach of a rule, in the order of the plan; a plan without any is feasible."""
    return tuple(_breaches(problem, plan))


def check_route(problem: Problem, vehicle: Vehicle, route: Route) -> tuple[Violation, ...]:
    """What is wrong with one vehicle's route, other vehicles aside."""
    requests = {request.id: request for request in problem.requests}
    return tuple(_of_route(problem, vehicle, route, requests))


def _breaches(problem: Problem, plan: Plan) -> Iterator[Violation]:
    if (plan.problem_id, plan.travel_id) != (problem.id, problem.travel.id):
        yield Violation(Rule.SNAPSHOT)
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    requests = {request.id: request for request in problem.requests}
    routed = Counter(route.vehicle_id for route in plan.routes)
    for vehicle_id, times in routed.items():
        if times > 1:
            yield Violation(Rule.TWICE, vehicle_id)
    for route in plan.routes:
        if route.vehicle_id not in vehicles:
            yield Violation(Rule.UNKNOWN, route.vehicle_id)
        else:
            yield from _of_route(problem, vehicles[route.vehicle_id], route, requests)
    for vehicle in problem.vehicles:
        if vehicle.id not in routed:
            yield from checker_sequence.check_idle(vehicle)
    yield from _carried(problem, plan, requests)


def _carried(problem: Problem, plan: Plan, requests: Mapping[str, Request]) -> Iterator[Violation]:
    """Each request once, all accepted ones, and the rest named."""
    dropped_off = Counter(
        stop.ref for route in plan.routes for stop in route.stops if stop.kind is Kind.DROPOFF
    )
    picked_up = Counter(
        stop.ref for route in plan.routes for stop in route.stops if stop.kind is Kind.PICKUP
    )
    left = Counter(plan.unserved)
    for ref in left:
        if ref not in requests:
            yield Violation(Rule.UNKNOWN, ref=ref)
    for request in problem.requests:
        carried = max(dropped_off[request.id], picked_up[request.id])
        if carried + left[request.id] > 1:
            yield Violation(Rule.TWICE, ref=request.id)
        if carried + left[request.id] == 0:
            yield Violation(Rule.UNTOLD, ref=request.id)
        if request.accepted and not carried:
            yield Violation(Rule.DROPPED, ref=request.id)


def _of_route(
    problem: Problem, vehicle: Vehicle, route: Route, requests: Mapping[str, Request]
) -> Iterator[Violation]:
    strange = list(checker_sequence.check_known(vehicle, route, requests))
    yield from strange
    if strange:
        return  # nothing more can be said of a route with stops that are none
    yield from checker_sequence.check_sequence(problem, vehicle, route, requests)
    yield from _follow_each_other(problem, vehicle, route, requests)
    for number, stop in enumerate(route.stops):
        yield from _in_time(vehicle, number, stop, requests)
    yield from _rides(vehicle, route, requests)
    yield from _in_shift(vehicle, route)


def _follow_each_other(
    problem: Problem, vehicle: Vehicle, route: Route, requests: Mapping[str, Request]
) -> Iterator[Violation]:
    """Places, and times that a vehicle can drive."""
    place, leaves_s = vehicle.start_place, route.depart_s
    for number, stop in enumerate(route.stops):
        should_be, service_s = _place_and_service(vehicle, stop, requests, place)
        if stop.place != should_be:
            yield Violation(Rule.PLACE, vehicle.id, stop.ref, number)
            return
        earliest_s = problem.travel.arrival_s(place, stop.place, leaves_s)
        steps = (earliest_s, stop.arrive_s, stop.begin_s, stop.depart_s - service_s)
        late = max(earlier - later for earlier, later in pairwise(steps))
        if late > EPS_S:
            yield Violation(Rule.TRAVEL, vehicle.id, stop.ref, number, late)
        place, leaves_s = stop.place, stop.depart_s
    end = place if vehicle.end_place is None else vehicle.end_place
    early = problem.travel.arrival_s(place, end, leaves_s) - route.finish_s
    if early > EPS_S:
        yield Violation(Rule.TRAVEL, vehicle.id, by=early)


def _place_and_service(
    vehicle: Vehicle, stop: Stop, requests: Mapping[str, Request], before: int
) -> tuple[int, float]:
    if stop.kind is Kind.BREAK:
        pause = next(item for item in vehicle.breaks if item.id == stop.ref)
        return before, pause.duration_s
    request = requests[stop.ref]
    if stop.kind is Kind.PICKUP:
        return request.pickup_place, request.pickup_service_s
    return request.dropoff_place, request.dropoff_service_s


def _in_time(
    vehicle: Vehicle, number: int, stop: Stop, requests: Mapping[str, Request]
) -> Iterator[Violation]:
    told_s = FOREVER_S
    if stop.kind is Kind.BREAK:
        pause = next(item for item in vehicle.breaks if item.id == stop.ref)
        first_s, last_s = pause.from_s, pause.until_s
    else:
        request = requests[stop.ref]
        if stop.kind is Kind.PICKUP:
            first_s, last_s = request.pickup_from_s, request.pickup_until_s
        else:
            first_s, last_s = request.dropoff_from_s, request.dropoff_until_s
        if request.promise is not None:
            promise = request.promise
            picks = stop.kind is Kind.PICKUP
            told_s = promise.pickup_until_s if picks else promise.dropoff_until_s
    outside = max(first_s - stop.begin_s, _after(stop.begin_s, last_s))
    if outside > EPS_S:
        yield Violation(Rule.WINDOW, vehicle.id, stop.ref, number, outside)
    if _after(stop.begin_s, told_s) > EPS_S:
        yield Violation(Rule.PROMISE, vehicle.id, stop.ref, number, stop.begin_s - told_s)


def _after(at_s: float, last_s: float) -> float:
    """How late, where FOREVER_S is no limit at all."""
    return 0.0 if last_s >= FOREVER_S else at_s - last_s


def _rides(vehicle: Vehicle, route: Route, requests: Mapping[str, Request]) -> Iterator[Violation]:
    boarded = {item.request_id: item.boarded_s for item in vehicle.on_board}
    for number, stop in enumerate(route.stops):
        if stop.kind is Kind.PICKUP:
            boarded[stop.ref] = stop.begin_s + requests[stop.ref].pickup_service_s
        elif stop.kind is Kind.DROPOFF and stop.ref in boarded:
            limit_s = requests[stop.ref].max_ride_s
            if limit_s is None or limit_s >= FOREVER_S:
                continue
            over = stop.begin_s - boarded[stop.ref] - limit_s
            if over > EPS_S:
                yield Violation(Rule.RIDE, vehicle.id, stop.ref, number, over)


def _in_shift(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    outside = max(
        vehicle.shift_start_s - route.depart_s, _after(route.finish_s, vehicle.shift_end_s)
    )
    if outside > EPS_S:
        yield Violation(Rule.SHIFT, vehicle.id, by=outside)
    if vehicle.max_duration_s is None or vehicle.max_duration_s >= FOREVER_S:
        return
    began_s = route.depart_s if vehicle.began_s is None else vehicle.began_s
    over = route.finish_s - began_s - vehicle.max_duration_s
    if over > EPS_S:
        yield Violation(Rule.DURATION, vehicle.id, by=over)
