"""The pruned insertion gives what the full scan gives, to the bit."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from tests.transport.dispatch.solver import cases
from transport.dispatch.solver import arrays, insertion, schedule, verdict
from transport.dispatch.solver.model import Problem
from transport.dispatch.solver.rules import Rule

CASES = 10_000 if cases.LONG else 200
pytestmark = pytest.mark.timeout(7200)
"""The first of them compiles kernels; with --long they take an hour."""


def without(problem: Problem, sequences: cases.Sequences, ref: str) -> cases.Sequences:
    return {id: [task for task in tasks if task.ref != ref] for id, tasks in sequences.items()}


def free_requests(problem: Problem) -> list[int]:
    tied = {item.request_id for car in problem.vehicles for item in car.on_board}
    tied |= {task.ref for car in problem.vehicles for task in car.committed}
    return [r for r, item in enumerate(problem.requests) if item.id not in tied]


def in_order(a: arrays.Arrays, routes: arrays.Routes) -> bool:
    """Whether the rows keep the rules of order; their times may have gone wrong."""
    begin = np.empty(routes.stops.shape[1] + 2)
    of_time = {Rule.WINDOW, Rule.RIDE, Rule.SHIFT, Rule.DURATION, None}
    for v, m in enumerate(routes.length.tolist()):
        code = schedule.judge(a, v, routes.stops[v], m, begin)
        if schedule.RULES[code] not in of_time:
            return False
    return True


def test_pruning_loses_nothing():
    seed, rng = cases.seeded()
    tried = found = 0
    while tried < CASES:
        problem, sequences = cases.random_case(rng)
        a = arrays.of_problem(problem)
        for r in free_requests(problem):
            rest = without(problem, sequences, problem.requests[r].id)
            routes = arrays.routes_from(problem, rest)
            if not in_order(a, routes):
                continue
            best = insertion.best(a, routes, r)
            assert best == insertion.scan(a, routes, r), (seed, problem, rest, r)
            tried += 1
            if best is not None:
                found += 1
                filled = insertion.insert(a, routes, r, best)
                begin = np.empty(filled.stops.shape[1] + 2)
                v, m = best.vehicle, int(filled.length[best.vehicle])
                assert schedule.judge(a, v, filled.stops[v], m, begin) == 0
                assert verdict.carried(a, filled)[r]
    assert 0.2 * tried < found < 0.95 * tried


def test_what_was_inserted_is_taken_out_again():
    rng = Random(3)
    for _ in range(30):
        problem, sequences = cases.random_case(rng)
        a = arrays.of_problem(problem)
        for r in free_requests(problem):
            rest = without(problem, sequences, problem.requests[r].id)
            routes = arrays.routes_from(problem, rest, spare=0)
            before = [row[:m].tolist() for row, m in zip(*routes[:2], strict=True)]
            place = insertion.best(a, routes, r)
            if place is None:
                continue
            routes = insertion.insert(a, routes, r, place)
            insertion.remove(a, routes, r)
            assert [row[:m].tolist() for row, m in zip(*routes[:2], strict=True)] == before
