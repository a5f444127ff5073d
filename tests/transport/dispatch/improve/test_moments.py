"""At random moments of random days a search breaks no rule, drops nobody, and makes no plan dearer."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.transport.dispatch.improve.problems import random_problem
from tests.transport.dispatch.solver.cases import LONG, seeded
from transport.dispatch.solver import arrays, checker, costs, dayahead, schedule
from transport.dispatch.solver.improve import clocks, improve, rows, tuning
from transport.dispatch.solver.model import Cost, Kind, OnBoard, Plan, Problem, Route, Vehicle

MOMENTS = 10_000 if LONG else 100
pytestmark = pytest.mark.timeout(7200)  # kernels are compiled with the first call


def mixed(rng: Random) -> Problem:
    """Vehicles of several sizes, skills, ends and prices; some riders want one of them."""
    requests, vehicles = rng.randint(3, 12), rng.randint(2, 4)
    problem = random_problem(rng.randrange(1 << 30), requests=requests, vehicles=vehicles)
    cars = tuple(
        replace(
            car,
            capacities=(rng.choice([2, 3, 3]),),
            start_place=rng.choice([0, 0, 1 + k]),
            end_place=rng.choice([None, 0, 2 + k]),
            skills=frozenset({"lift"}) if rng.random() < 0.8 else frozenset(),
            cost=Cost(rng.choice([0.0, 2000.0]), 1.0, rng.choice([0.0, 2.0])),
        )
        for k, car in enumerate(problem.vehicles)
    )
    wishes = tuple(
        replace(
            wish,
            party=(rng.randint(0, 2),),
            skills=frozenset({"lift"}) if rng.random() < 0.15 else frozenset(),
            vehicle_id=rng.choice(cars).id if rng.random() < 0.1 else None,
        )
        for wish in problem.requests
    )
    return replace(problem, vehicles=cars, requests=wishes)


def later(rng: Random, problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    """Some vehicles have made some of their stops; the next ones may be committed."""
    routes = {route.vehicle_id: route for route in plan.routes}
    cars, rest, gone = [], [], set()
    for car in problem.vehicles:
        route = routes.get(car.id)
        if route is None or rng.random() < 0.3:
            cars.append(car)
            rest += [route] if route else []
            continue
        made = rng.randint(0, len(route.stops) - 1)
        gone |= {stop.ref for stop in route.stops[:made] if stop.kind is Kind.DROPOFF}
        cars.append(_moved(rng, car, route, made))
        rest.append(replace(route, stops=route.stops[made:], depart_s=cars[-1].shift_start_s))
    left = set(plan.unserved)
    wishes = tuple(
        replace(wish, accepted=wish.id not in left and rng.random() < 0.7)
        for wish in problem.requests
        if wish.id not in gone
    )
    return replace(problem, vehicles=tuple(cars), requests=wishes), replace(
        plan, routes=tuple(rest)
    )


def _moved(rng: Random, car: Vehicle, route: Route, made: int) -> Vehicle:
    done, coming = route.stops[:made], route.stops[made:]
    boarded = {stop.ref: stop.depart_s for stop in done if stop.kind is Kind.PICKUP}
    for stop in done:
        if stop.kind is Kind.DROPOFF:
            del boarded[stop.ref]
    bound = rng.randint(0, len(coming)) if rng.random() < 0.5 else 0
    return replace(
        car,
        start_place=done[-1].place if done else car.start_place,
        shift_start_s=done[-1].depart_s if done else route.depart_s,
        began_s=route.depart_s,
        on_board=tuple(OnBoard(*rider) for rider in boarded.items()),
        committed=tuple(stop.task for stop in coming[:bound]),
    )


def test_a_search_breaks_no_rule_and_makes_nothing_dearer():
    seed, rng = seeded()
    better = 0
    for _ in range(MOMENTS):
        problem = mixed(rng)
        plan = improve(dayahead.nobody_yet(problem), problem, iterations=20, seed=rng.randrange(99))
        problem, plan = later(rng, problem, plan)
        assert checker.check(problem, plan) == (), seed
        a = arrays.of_problem(problem)
        told = tuning.Tuning(
            exchanges=rng.choice([0.0, 0.4, 1.0]),
            hot=rng.choice([1.0, 8.0]),
            slots=rng.choice([1, 64, 1 << 10]),
        )
        steps = clocks.StepClock(rng.choice([1, 30, 100]))
        given = arrays.routes_of(problem, plan)
        found = rows.searched(a, given, steps, seed=rng.randrange(99), tuning=told)

        searched = schedule.plan_of(problem, found, a)

        assert checker.check(problem, searched) == (), (seed, problem)
        was, is_now = costs.of_plan(problem, plan), costs.of_plan(problem, searched)
        assert is_now <= was + 1e-6, (seed, problem)
        better += is_now < was - 1e-6
    assert better
