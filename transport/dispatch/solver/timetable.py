"""The earliest times of a sequence of stops in plain Python, by relaxing every rule until none moves.

Each rule of time says that one moment is no earlier than a rising function of another: a leg, a window's
beginning, a ride limit (the pick-up no earlier than the drop-off less the limit), a longest time out.
The least solution of such rules is unique and found from below (difference constraints, Bellman 1958);
if it oversteps a latest moment no timetable exists. ``schedule`` has the same law as a kernel; this one
is what the kernel is judged by, and what gives plans their times where speed does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transport.dispatch.solver.model import (
    FOREVER_S,
    Kind,
    Plan,
    Problem,
    Request,
    Route,
    Stop,
    Task,
    Vehicle,
)
from transport.dispatch.solver.rules import EPS_S, Rule

_MOST_ROUNDS = 20_000
"""Of a rule that moves by less and less while the factor of the hour changes."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """No timetable exists: the rule that the earliest times overstep, at which stop (None: the end)."""

    rule: Rule
    stop: int | None


@dataclass(frozen=True, slots=True)
class _Moment:
    place: int
    earliest_s: float
    latest_s: float
    service_s: float
    rule: Rule


def earliest(
    problem: Problem,
    vehicle: Vehicle,
    tasks: Sequence[Task],
    requests: Mapping[str, Request] | None = None,
) -> Route | Impossible:
    """The route with the least times, each stop left as soon as it is done; or why there is none.

    KeyError for a task that the problem does not have.
    """
    known = requests or {request.id: request for request in problem.requests}
    moments = _moments(vehicle, tasks, known)
    back = _backward(vehicle, tasks, known)
    times = _relax(problem, moments, back)
    if isinstance(times, Impossible):
        return times
    return _route(problem, vehicle, tasks, moments, times)


def plan(
    problem: Problem, sequences: Mapping[str, Sequence[Task]], unserved: Sequence[str] = ()
) -> Plan:
    """A plan of the sequences with their earliest times; ValueError for one that has no timetable."""
    known = {request.id: request for request in problem.requests}
    routes = []
    for vehicle in problem.vehicles:
        if sequences.get(vehicle.id):
            route = earliest(problem, vehicle, sequences[vehicle.id], known)
            if isinstance(route, Impossible):
                raise ValueError(f"{vehicle.id}: no timetable ({route.rule}, stop {route.stop})")
            routes.append(route)
    return Plan(problem.id, problem.travel.id, tuple(routes), tuple(unserved))


def _moments(
    vehicle: Vehicle, tasks: Sequence[Task], requests: Mapping[str, Request]
) -> list[_Moment]:
    """The start, every stop, the end."""
    found = [
        _Moment(
            vehicle.start_place, vehicle.shift_start_s, _inf(vehicle.shift_end_s), 0.0, Rule.SHIFT
        )
    ]
    boarded = {item.request_id: item.boarded_s for item in vehicle.on_board}
    for task in tasks:
        found.append(_moment(vehicle, task, requests, boarded, found[-1].place))
    latest_s, rule = _inf(vehicle.shift_end_s), Rule.SHIFT
    if vehicle.began_s is not None and vehicle.max_duration_s is not None:
        out_until_s = vehicle.began_s + _inf(vehicle.max_duration_s)
        if out_until_s < latest_s:
            latest_s, rule = out_until_s, Rule.DURATION
    end = found[-1].place if vehicle.end_place is None else vehicle.end_place
    found.append(_Moment(end, vehicle.shift_start_s, latest_s, 0.0, rule))
    return found


def _moment(
    vehicle: Vehicle,
    task: Task,
    requests: Mapping[str, Request],
    boarded: Mapping[str, float],
    before: int,
) -> _Moment:
    if task.kind is Kind.BREAK:
        pause = next(item for item in vehicle.breaks if item.id == task.ref)
        return _Moment(before, pause.from_s, _inf(pause.until_s), pause.duration_s, Rule.WINDOW)
    item = requests[task.ref]
    if task.kind is Kind.PICKUP:
        latest_s = item.pickup_latest_s
        rule = Rule.WINDOW if latest_s == item.pickup_until_s else Rule.PROMISE
        return _Moment(
            item.pickup_place, item.pickup_from_s, _inf(latest_s), item.pickup_service_s, rule
        )
    latest_s = item.dropoff_latest_s
    rule = Rule.WINDOW if latest_s == item.dropoff_until_s else Rule.PROMISE
    if item.id in boarded and item.max_ride_s is not None:
        out_s = boarded[item.id] + _inf(item.max_ride_s)
        if out_s < _inf(latest_s):
            latest_s, rule = out_s, Rule.RIDE
    return _Moment(
        item.dropoff_place, item.dropoff_from_s, _inf(latest_s), item.dropoff_service_s, rule
    )


def _inf(value: float) -> float:
    return float("inf") if value >= FOREVER_S else value


def _backward(
    vehicle: Vehicle, tasks: Sequence[Task], requests: Mapping[str, Request]
) -> list[tuple[int, int, float, Rule]]:
    """(earlier moment, later moment, most seconds from the one to the other, rule)."""
    rules: list[tuple[int, int, float, Rule]] = []
    at = {task: number + 1 for number, task in enumerate(tasks)}
    for task, number in at.items():
        if task.kind is not Kind.DROPOFF:
            continue
        begun = at.get(Task(Kind.PICKUP, task.ref))
        item = requests[task.ref]
        if begun is not None and item.max_ride_s is not None and item.max_ride_s < FOREVER_S:
            rules.append((begun, number, item.max_ride_s + item.pickup_service_s, Rule.RIDE))
    limit_s = vehicle.max_duration_s
    if vehicle.began_s is None and limit_s is not None and limit_s < FOREVER_S:
        rules.append((0, len(tasks) + 1, limit_s, Rule.DURATION))
    return rules


def _relax(
    problem: Problem,
    moments: Sequence[_Moment],
    back: Sequence[tuple[int, int, float, Rule]],
) -> list[float] | Impossible:
    times = [moment.earliest_s for moment in moments]
    steps = problem.travel.steps
    settled_s = steps[-1].from_s if steps else float("-inf")
    patience = len(moments) + 1
    for _ in range(_MOST_ROUNDS):
        _forward(problem, moments, times)
        late = _overstepped(moments, times)
        if late is not None:
            return late
        blame, lowest_s = None, float("inf")
        for earlier, later, most_s, rule in back:
            if times[later] - most_s > times[earlier] + EPS_S / 10:
                lowest_s = min(lowest_s, times[earlier])
                times[earlier] = times[later] - most_s
                blame = Impossible(rule, later - 1 if later < len(moments) - 1 else None)
        if blame is None:
            return times
        if lowest_s >= settled_s:
            patience -= 1
        if patience < 0:
            return blame
    return Impossible(Rule.RIDE, None)


def _forward(problem: Problem, moments: Sequence[_Moment], times: list[float]) -> None:
    for number in range(1, len(moments)):
        before, here = moments[number - 1], moments[number]
        arrive_s = problem.travel.arrival_s(
            before.place, here.place, times[number - 1] + before.service_s
        )
        if arrive_s > times[number]:
            times[number] = arrive_s


def _overstepped(moments: Sequence[_Moment], times: Sequence[float]) -> Impossible | None:
    for number, (moment, at_s) in enumerate(zip(moments, times, strict=True)):
        if at_s - moment.latest_s > EPS_S:
            last = number == len(moments) - 1
            return Impossible(moment.rule, None if last or not number else number - 1)
    return None


def _route(
    problem: Problem,
    vehicle: Vehicle,
    tasks: Sequence[Task],
    moments: Sequence[_Moment],
    times: Sequence[float],
) -> Route:
    stops = []
    place, leaves_s = moments[0].place, times[0]
    for task, moment, begin_s in zip(tasks, moments[1:], times[1:], strict=False):
        arrive_s = min(begin_s, problem.travel.arrival_s(place, moment.place, leaves_s))
        place, leaves_s = moment.place, begin_s + moment.service_s
        stops.append(Stop(task.kind, task.ref, place, arrive_s, begin_s, leaves_s))
    return Route(vehicle.id, times[0], tuple(stops), times[-1])
