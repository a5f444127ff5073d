"""Refusals against everything there is: no place at all, and no nearer offer than the one made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.transport.dispatch.solver import cases
from tests.transport.dispatch.solver.test_insertion import free_requests, without
from transport.dispatch.solver import arrays, checker, insertion, refusal, rescue, timetable
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
from transport.dispatch.solver.travel import by_matrix

REFUSALS = 1_000 if cases.LONG else 30
pytestmark = pytest.mark.timeout(7200)
"""The first of them compiles kernels; with --long they take an hour."""


def every_place(problem: Problem, sequences: cases.Sequences, request: Request) -> Iterator[Route]:
    """Plain Python: each route of a vehicle with the request at each pair of positions, if it is feasible."""
    requests = {item.id: item for item in problem.requests} | {request.id: request}
    asked = replace(problem, requests=tuple(requests.values()))
    for vehicle in problem.vehicles:
        tasks = list(sequences[vehicle.id])
        for i in range(len(vehicle.committed), len(tasks) + 1):
            for j in range(i, len(tasks) + 1):
                route = _with(asked, vehicle, tasks, request, i, j)
                if route is not None:
                    yield route


def _with(
    problem: Problem, vehicle: Vehicle, tasks: list[Task], request: Request, i: int, j: int
) -> Route | None:
    pick, drop = Task(Kind.PICKUP, request.id), Task(Kind.DROPOFF, request.id)
    filled = [*tasks[:i], pick, *tasks[i:j], drop, *tasks[j:]]
    route = timetable.earliest(problem, vehicle, filled)
    if isinstance(route, Route) and not checker.check_route(problem, vehicle, route):
        return route
    return None


def anytime(request: Request) -> Request:
    return replace(
        request,
        pickup_until_s=FOREVER_S,
        dropoff_until_s=FOREVER_S,
        promise=Promise() if request.promise else None,
    )


def begin_of(route: Route, request: Request, kind: Kind) -> float:
    return next(s.begin_s for s in route.stops if s.ref == request.id and s.kind is kind)


def check_refusal(problem: Problem, sequences: cases.Sequences, request: Request) -> Rule:
    a = arrays.of_problem(problem)
    r = problem.requests.index(request)
    said = refusal.explain(a, arrays.routes_from(problem, sequences), r)
    assert not list(every_place(problem, sequences, request))
    _check_later(problem, sequences, request, said.later)
    for d, most in enumerate(said.party):
        _check_load(problem, sequences, request, d, most)
    _check_ride(problem, sequences, request, said.ride_s)
    return said.rule


def _check_later(
    problem: Problem, sequences: cases.Sequences, request: Request, later: refusal.Later | None
) -> None:
    routes = list(every_place(problem, sequences, anytime(request)))
    assert (later is None) == (not routes)
    if later is not None:
        first = min(begin_of(route, request, Kind.PICKUP) for route in routes)
        assert abs(later.pickup_s - first) < 1e-5
        moved = replace(
            anytime(request), pickup_until_s=later.pickup_s, dropoff_until_s=later.dropoff_s
        )
        assert list(every_place(problem, sequences, moved))


def _check_load(
    problem: Problem, sequences: cases.Sequences, request: Request, d: int, most: int | None
) -> None:
    def with_load(units: int) -> Request:
        return replace(request, party=(*request.party[:d], units, *request.party[d + 1 :]))

    if most is not None:
        assert list(every_place(problem, sequences, with_load(most)))
    for units in range((0 if d else 1) if most is None else most + 1, request.party[d]):
        assert not list(every_place(problem, sequences, with_load(units)))


def _check_ride(
    problem: Problem, sequences: cases.Sequences, request: Request, ride_s: float | None
) -> None:
    if ride_s is not None:
        assert list(every_place(problem, sequences, replace(request, max_ride_s=ride_s)))
        shorter = replace(request, max_ride_s=ride_s - 1.001)
        assert not list(every_place(problem, sequences, shorter))
    elif request.max_ride_s is not None:
        assert not list(every_place(problem, sequences, replace(request, max_ride_s=None)))


def test_every_refusal_is_right_and_no_offer_is_nearer():
    seed, rng = cases.seeded()
    rules = []
    while len(rules) < REFUSALS:
        problem, sequences = cases.random_case(rng)
        a = arrays.of_problem(problem)
        for r in free_requests(problem):
            request = problem.requests[r]
            rest = without(problem, sequences, request.id)
            if insertion.best(a, arrays.routes_from(problem, rest), r) is None:
                try:
                    rules.append(check_refusal(problem, rest, request))
                except AssertionError:
                    print(f"seed {seed}, refusal {len(rules)}")  # noqa: T201 - to find it again
                    raise
    assert len(set(rules)) >= 3, set(rules)


def small(**changes: object) -> tuple[Problem, Request]:
    """One vehicle 600 s away, and a request that would fit."""
    request = Request(
        "r", (2,), 1, 2, pickup_from_s=0, pickup_until_s=1200, max_ride_s=1000, **changes
    )
    vehicle = Vehicle("v", (4,), 0, vehicle_class="car")
    travel = cases.on_plane("t", [0, 6000, 12000], [0, 0, 0], speed_m_s=10)
    return Problem("p", ("seats",), (vehicle,), (request,), travel), request


def explain(problem: Problem, request: Request) -> refusal.Refusal:
    routes = arrays.routes_from(problem, {})
    r = problem.requests.index(request)
    assert insertion.best(arrays.of_problem(problem), routes, r) is None
    return refusal.explain(arrays.of_problem(problem), routes, r)


def changed(**fields: object) -> tuple[Problem, Request]:
    problem, request = small()
    request = replace(request, **fields)
    return replace(problem, requests=(request,)), request


def test_the_rule_that_binds_is_named():
    assert explain(*changed(skills=frozenset({"lift"}))).rule is Rule.SKILLS
    assert explain(*changed(classes=frozenset({"bus"}))).rule is Rule.CLASS
    assert explain(*changed(max_ride_s=500.0)).rule is Rule.RIDE
    assert explain(*changed(pickup_until_s=500.0)).rule is Rule.WINDOW
    assert explain(*changed(party=(5,))).rule is Rule.CAPACITY


def test_a_smaller_party_a_later_time_and_a_longer_ride_are_offered():
    assert explain(*changed(party=(7,))).party == (4,)
    late = explain(*changed(pickup_until_s=500.0))
    assert late.later == refusal.Later(600.0, 1200.0)
    assert late.party == (None,)
    assert explain(*changed(max_ride_s=500.0)).ride_s == 600.0


def test_fewer_bags_are_offered_where_bags_do_not_fit():
    problem, request = small()
    vehicle = replace(problem.vehicles[0], capacities=(4, 2))
    much = replace(request, party=(2, 5))
    problem = replace(problem, dimensions=("seats", "bags"), vehicles=(vehicle,), requests=(much,))

    assert explain(problem, much).party == (None, 2)


def test_a_party_of_a_million_is_answered_at_once(monkeypatch):
    asked = []
    best = insertion.best
    monkeypatch.setattr(insertion, "best", lambda *args: asked.append(1) or best(*args))

    assert explain(*changed(party=(1_000_000,))).party == (4,)
    assert len(asked) < 30


def test_a_shift_that_is_too_short_is_named():
    problem, request = small()
    vehicle = replace(problem.vehicles[0], shift_end_s=1000.0)
    said = explain(replace(problem, vehicles=(vehicle,)), request)

    assert said.rule is Rule.SHIFT
    assert said.later is None


def test_where_every_vehicle_has_broken_down_nobody_is_rescued():
    request = Request("r", (1,), pickup_place=0, dropoff_place=1)
    travel = by_matrix("t", [[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]])
    problem = Problem("p", ("seats",), (), (request,), travel)
    rows = arrays.routes_from(problem, {})

    assert rescue.rescue(arrays.of_problem(problem), rows, 0, steps=8, seed=1) is None
