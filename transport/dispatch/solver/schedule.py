"""Exact feasibility of one route and its least times, compiled.

``judge`` asks every rule of ``model`` of a sequence of nodes. Rules of order come first; then
``least_times``: a forward pass over the legs, then whatever a ride limit or a longest time out pushes
later, until nothing moves. Every such rule is a rising function of another moment, so the least
solution is unique and reached from below; a rule that still pushes after as many rounds as there are
moments pushes for ever (Bellman 1958 for difference constraints). With factors of the hour the same
holds once the last step is past; before it, progress is at least a tenth of EPS_S a round.

Codes are small integers; ``RULES[code]`` is the rule, ``RULES[0]`` none. ``checker`` and ``timetable``
say the same in plain Python and share no code with this.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from transport.dispatch.solver import legs
from transport.dispatch.solver.arrays import Arrays, Routes, of_problem, task_of
from transport.dispatch.solver.leaf import leaf
from transport.dispatch.solver.model import Kind, Plan, Problem, Route, Stop
from transport.dispatch.solver.rules import EPS_S, Rule

RULES: tuple[Rule | None, ...] = (
    None,
    Rule.UNKNOWN,
    Rule.TWICE,
    Rule.FROZEN,
    Rule.PAIR,
    Rule.ON_BOARD,
    Rule.VEHICLE,
    Rule.SKILLS,
    Rule.CLASS,
    Rule.CAPACITY,
    Rule.BREAK,
    Rule.DRIVING,
    Rule.CONTINUOUS_DRIVING,
    Rule.WINDOW,
    Rule.RIDE,
    Rule.SHIFT,
    Rule.DURATION,
)
(
    OK,
    UNKNOWN,
    TWICE,
    FROZEN,
    PAIR,
    ON_BOARD,
    VEHICLE,
    SKILLS,
    CLASS,
    CAPACITY,
    BREAK,
    DRIVING,
    CONTINUOUS_DRIVING,
    WINDOW,
    RIDE,
    SHIFT,
    DURATION,
) = range(len(RULES))

_MOST_ROUNDS = 20_000


@njit(cache=True)
def judge(a: Arrays, v: int, seq: Any, m: int, begin: Any) -> int:
    """Code of a broken rule, or OK; ``begin`` (float64, m + 2) is then filled with the least times.

    ``seq`` int32, its first ``m`` are the route of vehicle ``v`` without start and end. ``begin[0]``
    is leaving the start, ``begin[k + 1]`` service at stop k, ``begin[m + 1]`` the end; seconds.
    """
    return judged(a, v, seq, m, begin, np.empty(max(m, 1), np.int32))


@leaf
def judged(a: Arrays, v: int, seq: Any, m: int, begin: Any, pick_at: Any) -> int:
    """``judge`` with an array of m that is written to: the pick-up's stop of each drop-off."""
    code = _known(a, v, seq, m)
    if code == OK:
        code = _frozen(a, v, seq, m)
    if code == OK:
        code = pairs(a, v, seq, m, pick_at)
    if code == OK:
        code = loads(a, v, seq, m)
    if code == OK:
        code = rests(a, v, seq, m)
    if code == OK:
        code = hours(a, v, seq, m)
    if code == OK:
        code = least_times(a, v, seq, m, pick_at, begin)
    return code


@leaf
def _known(a: Arrays, v: int, seq: Any, m: int) -> int:
    twice_n = 2 * a.size[0]
    for k in range(m):
        x = seq[k]
        if x < 0 or x >= twice_n + a.size[1]:
            return UNKNOWN
        if x >= twice_n and not a.break_ptr[v] <= x - twice_n < a.break_ptr[v + 1]:
            return UNKNOWN
        for q in range(k):
            if seq[q] == x:
                return TWICE
    return OK


@leaf
def _frozen(a: Arrays, v: int, seq: Any, m: int) -> int:
    first = a.committed_ptr[v]
    committed = a.committed_ptr[v + 1] - first
    if committed > m:
        return FROZEN
    for k in range(committed):
        if seq[k] != a.committed[first + k]:
            return FROZEN
    return OK


@leaf
def allowed(a: Arrays, v: int, r: int) -> int:
    """Whether vehicle v may carry request r at all: OK, VEHICLE, SKILLS or CLASS."""
    if a.pinned[r] >= 0 and a.pinned[r] != v:
        return VEHICLE
    if a.needs[r] & ~a.skills[v]:
        return SKILLS
    if not a.classes[r] & a.class_bit[v]:
        return CLASS
    return OK


@leaf
def pairs(a: Arrays, v: int, seq: Any, m: int, pick_at: Any) -> int:
    """Pick-ups before drop-offs, riders out; ``pick_at[k]``: the stop where drop-off k began, or -1."""
    n = a.size[0]
    open_rides = 0
    seated = 0
    for k in range(m):
        x = seq[k]
        pick_at[k] = -1
        if x < n:
            code = allowed(a, v, x) if a.on_board[x] < 0 else ON_BOARD
            if code != OK:
                return code
            open_rides += 1
        elif x < 2 * n and a.on_board[x - n] == v:
            seated += 1
        elif x < 2 * n:
            pick_at[k] = _find(seq, k, x - n)
            if pick_at[k] < 0:
                return PAIR
            open_rides -= 1
    if open_rides != 0:
        return PAIR
    return OK if seated == a.riders[v] else ON_BOARD


@leaf
def _find(seq: Any, k: int, node: int) -> int:
    """The last place of the node before stop k, or -1."""
    for q in range(k - 1, -1, -1):
        if seq[q] == node:
            return q
    return -1


@leaf
def loads(a: Arrays, v: int, seq: Any, m: int) -> int:
    """Whether everybody and everything fits, in every dimension, whenever somebody gets on."""
    n = a.size[0]
    for d in range(a.size[4]):
        load = a.start_load[v, d]
        for k in range(m):
            load += a.load[seq[k], d]
            if seq[k] < n and load > a.capacity[v, d]:
                return CAPACITY
    return OK


@leaf
def rests(a: Arrays, v: int, seq: Any, m: int) -> int:
    """Required breaks taken, and nobody in the vehicle during those without riders."""
    first, last = a.break_ptr[v], a.break_ptr[v + 1]
    if first == last:
        return OK
    n = a.size[0]
    riders = a.riders[v]
    used = False
    missing = 0
    for b in range(first, last):
        missing += a.required[b]
    for k in range(m):
        x = seq[k]
        if x < n:
            riders += 1
            used = True
        elif x < 2 * n:
            riders -= 1
            used = True
        else:
            missing -= a.required[x - 2 * n]
            if riders > 0 and not a.with_riders[x - 2 * n]:
                return BREAK
    return BREAK if used and missing > 0 else OK


@leaf
def hours(a: Arrays, v: int, seq: Any, m: int) -> int:
    """Driving limits, every leg with the slowest factor of the day."""
    if np.isinf(a.driving_left[v]) and np.isinf(a.max_continuous[v]):
        return OK
    n, b, cars = a.size[0], a.size[1], a.size[2]
    place = a.place[2 * n + b + v]
    left, until_rest = a.driving_left[v], a.continuous_left[v]
    for k in range(m + 1):
        x = seq[k] if k < m else 2 * n + b + cars + v
        there = a.place[x]
        if there >= 0:
            leg = legs.seconds(a.t, place, there) * a.t.factors[0]
            left -= leg
            until_rest -= leg
            place = there
            if until_rest < -EPS_S:
                return CONTINUOUS_DRIVING
        elif k < m and a.service[x] >= a.rest[v]:
            until_rest = a.max_continuous[v]
    return DRIVING if left < -EPS_S else OK


@leaf
def least_times(a: Arrays, v: int, seq: Any, m: int, pick_at: Any, begin: Any) -> int:
    """The least times of a sequence whose order is right, into ``begin``; WINDOW, RIDE, SHIFT, DURATION."""
    n = a.size[0]
    start = 2 * n + a.size[1] + v
    end = start + a.size[2]
    begin[0] = a.earliest[start]
    for k in range(m):
        begin[k + 1] = a.earliest[seq[k]]
    begin[m + 1] = a.earliest[end]
    steps = a.t.step_from.shape[0]
    settled = a.t.step_from[steps - 1] if steps else -np.inf
    patience = m + 3
    for _ in range(_MOST_ROUNDS):
        code = _forward(a, start, end, seq, m, begin)
        if code != OK:
            return code
        code, lowest = _push(a, v, seq, m, pick_at, begin)
        if code == OK:
            return OK
        if lowest >= settled:
            patience -= 1
            if patience < 0:
                return code
    return RIDE


@leaf
def _push(a: Arrays, v: int, seq: Any, m: int, pick_at: Any, begin: Any) -> tuple[int, float]:
    """Move what ride limits and the time out push later: the rule that did, and the earliest moment moved."""
    code = OK
    lowest = np.inf
    for k in range(m):
        p = pick_at[k]
        if p < 0:
            continue
        need = begin[k + 1] - a.max_ride[seq[p]] - a.service[seq[p]]
        if need > begin[p + 1] + EPS_S / 10:
            lowest = min(lowest, begin[p + 1])
            begin[p + 1] = need
            code = RIDE
    need = begin[m + 1] - a.max_duration[v]
    if need > begin[0] + EPS_S / 10:
        lowest = min(lowest, begin[0])
        begin[0] = need
        code = DURATION
    return code, lowest


@leaf
def _forward(a: Arrays, start: int, end: int, seq: Any, m: int, begin: Any) -> int:
    """Each moment no earlier than its leg allows; the first that is too late."""
    if begin[0] > a.latest[start] + EPS_S:
        return SHIFT
    place = a.place[start]
    for k in range(m):
        before = begin[k] if k == 0 else begin[k] + a.service[seq[k - 1]]
        there = a.place[seq[k]]
        if there >= 0:
            before = legs.arrival(a.t, place, there, before)
            place = there
        if before > begin[k + 1]:
            begin[k + 1] = before
        if begin[k + 1] > a.latest[seq[k]] + EPS_S:
            return WINDOW
    before = begin[m] if m == 0 else begin[m] + a.service[seq[m - 1]]
    there = a.place[end]
    if there >= 0:
        before = legs.arrival(a.t, place, there, before)
    if before > begin[m + 1]:
        begin[m + 1] = before
    return SHIFT if begin[m + 1] > a.latest[end] + EPS_S else OK


@leaf
def route_cost(a: Arrays, v: int, seq: Any, m: int) -> float:
    """Fen of a route: what ``costs.of_route`` says."""
    n, b, cars = a.size[0], a.size[1], a.size[2]
    place = a.place[2 * n + b + v]
    cost = 0.0
    used = False
    for k in range(m + 1):
        x = seq[k] if k < m else 2 * n + b + cars + v
        used = used or x < 2 * n
        there = a.place[x]
        if there >= 0:
            cost += leg_cost(a, v, place, there)
            place = there
    return cost + a.cost[v, 0] if used else 0.0


@njit(cache=True, inline="always")
def leg_cost(a: Arrays, v: int, i: int, j: int) -> float:
    """Fen of vehicle v from place i to place j."""
    cost = a.cost[v, 1] * legs.metres(a.t, i, j)
    if a.cost[v, 2] != 0.0:
        cost += a.cost[v, 2] * legs.seconds(a.t, i, j)
    return cost


def plan_of(problem: Problem, routes: Routes, arrays: Arrays | None = None) -> Plan:
    """The plan of rows, each vehicle with its least times; it leaves every place at the last moment.

    Whoever is in no row is named as left out. ValueError for a row that breaks a rule.
    """
    a = of_problem(problem) if arrays is None else arrays
    tasks = task_of(problem)
    carried = np.zeros(max(len(problem.requests), 1), np.bool_)
    found = []
    for v, vehicle in enumerate(problem.vehicles):
        seq, m = routes.stops[v], int(routes.length[v])
        if not (seq[:m] < 2 * len(problem.requests)).any():
            continue
        begin = np.empty(m + 2)
        code = judge(a, v, seq, m, begin)
        if code != OK:
            raise ValueError(f"{vehicle.id}: its row breaks the rule {RULES[code]}")
        found.append(_timed(problem, a, v, [int(x) for x in seq[:m]], begin.tolist(), tasks))
        carried[[x % len(problem.requests) for x in seq[:m] if x < 2 * len(problem.requests)]] = (
            True
        )
    left = tuple(item.id for r, item in enumerate(problem.requests) if not carried[r])
    return Plan(problem.id, problem.travel.id, tuple(found), left)


def _timed(
    problem: Problem, a: Arrays, v: int, row: list[int], begin: list[float], tasks: Any
) -> Route:
    """Stops with times: the vehicle waits where it is, not where it goes to."""
    vehicle, travel = problem.vehicles[v], problem.travel
    places = [vehicle.start_place]
    for x in row:
        places.append(int(a.place[x]) if a.place[x] >= 0 else places[-1])
    places.append(places[-1] if vehicle.end_place is None else vehicle.end_place)
    services = [0.0, *(float(a.service[x]) for x in row)]
    leaves, arrives = [], [begin[0]]
    for k in range(len(row) + 1):
        ready = begin[k] + services[k]
        leaves.append(max(ready, travel.departure_s(places[k], places[k + 1], begin[k + 1])))
        there = travel.arrival_s(places[k], places[k + 1], leaves[k])
        arrives.append(min(begin[k + 1], there))
    leaves[-1] = begin[len(row)] + services[-1]
    stops = tuple(
        Stop(
            Kind(tasks[x].kind),
            tasks[x].ref,
            places[k + 1],
            arrives[k + 1],
            begin[k + 1],
            leaves[k + 1],
        )
        for k, x in enumerate(row)
    )
    return Route(vehicle.id, leaves[0], stops, begin[len(row) + 1])
