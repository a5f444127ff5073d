"""A plan for a day whose requests are known: from nothing, or from a plan that exists.

Where no limit on rides binds and nothing else is asked that outside solvers do not know, PyVRP takes
part in the budget, in a child with a hard deadline; the own search takes the rest and starts from the
better plan. Otherwise the own search has it all.
"""

from __future__ import annotations

import time
from typing import Any

from transport.dispatch.solver import arrays, checker, children, costs, schedule
from transport.dispatch.solver.improve import improve
from transport.dispatch.solver.model import Plan, Problem
from transport.dispatch.solver.outside.suits import suits

_PYVRP_FROM_S = 5.0
"""CPU seconds below which PyVRP has hardly begun."""
_PYVRP_SHARE = 0.3
_END_SHARE, _LEAST_S = 0.01, 0.01
"""What writing the plan down takes; the least that is searched when nothing is left."""


def plan(problem: Problem, *, cpu_s: float, seed: int = 0, start: Plan | None = None) -> Plan:
    """A plan that keeps every rule, within so many CPU seconds, children included."""
    began = time.thread_time()
    known = start or nobody_yet(problem)
    share = _PYVRP_SHARE if cpu_s >= _PYVRP_FROM_S and suits(problem) else 0.0
    if share:
        answer = children.ask("pyvrp", problem, cpu_s=cpu_s * share, seed=seed)
        began -= answer.cpu_s
        if answer.plan is not None and not checker.check(problem, answer.plan):
            known = min(known, answer.plan, key=lambda found: value(problem, found))
    left_s = cpu_s - (time.thread_time() - began) - _END_SHARE * cpu_s
    return improve(known, problem, cpu_s=max(left_s, _LEAST_S), seed=seed)


def nobody_yet(problem: Problem) -> Plan:
    """What vehicles have to do in any plan, and nobody else carried."""
    return schedule.plan_of(problem, arrays.routes_of(problem))


def value(problem: Problem, found: Plan) -> tuple[int, float]:
    """How many accepted requests are left out, then cost: smaller is better."""
    left = set(found.unserved)
    dropped = sum(request.accepted and request.id in left for request in problem.requests)
    return dropped, costs.of_plan(problem, found)


def warm_up() -> None:
    """Compiles every kernel of a search, or loads it from its cache: half a minute, or half a second."""
    from transport.dispatch.solver.model import Cost, Request, Vehicle
    from transport.dispatch.solver.travel import on_plane

    ride: dict[str, Any] = {"dropoff_until_s": 900.0, "max_ride_s": 300.0, "accepted": True}
    for fixed in (0.0, 1.0):
        small = Problem(
            id="warm-up",
            dimensions=("seats",),
            vehicles=tuple(
                Vehicle(name, (3,), 0, 0, max_duration_s=1e4, cost=Cost(fixed=fixed))
                for name in "ab"
            ),
            requests=tuple(
                Request(f"{k}", (1,), k, k + 1, pickup_until_s=600.0, **ride) for k in (1, 2)
            ),
            travel=on_plane("warm-up", [0, 100, 200, 300], [0, 50, 0, 50], speed_m_s=10.0),
        )
        improve(nobody_yet(small), small, iterations=20)
