"""The compiled judge and the plain one say the same of a plan, and the plan's times are good to both."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.transport.dispatch.solver import cases
from transport.dispatch.solver import arrays, checker, costs, schedule, timetable, verdict
from transport.dispatch.solver.model import FOREVER_S, Kind, Plan, Problem, Route

PLANS = 100_000 if cases.LONG else 1_000
pytestmark = pytest.mark.timeout(7200)
"""The first of them compiles kernels; with --long they take an hour."""
A_PROBLEM = 20


def plain_verdict(problem: Problem, sequences: cases.Sequences) -> tuple[bool, Plan | None]:
    """Feasible by the checker, with the least times of the plain timetable."""
    routes = []
    for vehicle in problem.vehicles:
        tasks = sequences[vehicle.id]
        if all(task.kind is Kind.BREAK for task in tasks):
            if vehicle.on_board or vehicle.committed or len(set(tasks)) < len(tasks):
                return False, None
            continue
        route = timetable.earliest(problem, vehicle, tasks)
        if not isinstance(route, Route):
            return False, None
        routes.append(route)
    served = {task.ref for tasks in sequences.values() for task in tasks}
    left = tuple(item.id for item in problem.requests if item.id not in served)
    plan = Plan(problem.id, problem.travel.id, tuple(routes), left)
    return not checker.check(problem, plan), plan


def test_both_judges_agree_on_random_plans():
    seed, rng = cases.seeded()
    feasible = 0
    for _ in range(PLANS // A_PROBLEM):
        problem, sequences = cases.random_case(rng)
        a = arrays.of_problem(problem)
        for _ in range(A_PROBLEM):
            shaken = cases.shaken(rng, problem, sequences)
            rows = arrays.routes_from(problem, shaken)
            kernel = verdict.keeps(a, rows)
            plain, plan = plain_verdict(problem, shaken)
            assert kernel == plain, (seed, problem, shaken)
            if plain:
                feasible += 1
                timed = schedule.plan_of(problem, rows, a)
                assert checker.check(problem, timed) == (), (seed, problem, shaken)
                assert [r.finish_s for r in timed.routes] == [
                    r.finish_s for r in plan.routes
                ] or _close(timed, plan)
                assert abs(costs.of_plan(problem, timed) - verdict.cost(a, rows)) < 1e-3
    # One in eight is feasible on the average; twenty plans share a problem, so small samples wander.
    assert PLANS * 0.02 < feasible < PLANS * 0.8, feasible


def _close(one: Plan, other: Plan) -> bool:
    pairs = zip(one.routes, other.routes, strict=True)
    return all(
        abs(a.begin_s - b.begin_s) < 1e-5
        for first, second in pairs
        for a, b in zip(first.stops, second.stops, strict=True)
    )


def test_a_judge_without_ride_limits_would_be_found_out():
    """The twin: with the ride limits lifted the two judges do not agree any more."""
    rng = Random(8)
    for _ in range(200):
        problem, sequences = cases.random_case(rng)
        loose = replace(
            problem,
            requests=tuple(replace(item, max_ride_s=FOREVER_S) for item in problem.requests),
        )
        rows = arrays.routes_from(loose, sequences)
        if verdict.keeps(arrays.of_problem(loose), rows) != plain_verdict(problem, sequences)[0]:
            return
    raise AssertionError("no case needed its ride limit")
