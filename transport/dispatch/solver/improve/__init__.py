"""Improvement of plans by large-neighbourhood search within a budget; see docs/algorithms.

``improve`` takes a plan and gives one that is no worse: nobody who was accepted is left out, committed
stops stay, whoever is on board stays in the vehicle. The same problem, plan, steps and seed give the
same plan.
"""

from __future__ import annotations

from transport.dispatch.solver import arrays as flat
from transport.dispatch.solver import schedule, verdict
from transport.dispatch.solver.improve import building, rich, rows
from transport.dispatch.solver.improve.clocks import Clock, CpuClock, StepClock
from transport.dispatch.solver.model import Plan, Problem


def improve(
    plan: Plan,
    problem: Problem,
    *,
    cpu_s: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
) -> Plan:
    """A plan that costs no more and leaves out no more, within one of the two budgets.

    ``cpu_s`` is of the calling thread. Raises ValueError unless exactly one budget is given, KeyError
    for a plan with vehicles or tasks that the problem does not have. A route that has no timetable any
    more cannot be written down as one: then use ``improve_rows``, which keeps such a row as it is.
    """
    clock = _clock(cpu_s, iterations)
    a = flat.of_problem(problem)
    found = _searched(a, flat.routes_of(problem, plan), clock, seed)
    return schedule.plan_of(problem, found, a)


def improve_rows(
    a: flat.Arrays,
    given: flat.Routes,
    *,
    cpu_s: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
) -> flat.Routes:
    """The same on rows; the given ones are left as they are."""
    return _searched(a, given, _clock(cpu_s, iterations), seed)


def _searched(a: flat.Arrays, given: flat.Routes, clock: Clock, seed: int) -> flat.Routes:
    if building.needs_full_schedule(a).any() or a.size[3] > building.MOST_NODES:
        found = rich.searched(a, given, clock, seed=seed)
    else:
        found = rows.searched(a, given, clock, seed=seed)
    lost = a.accepted & verdict.carried(a, given) & ~verdict.carried(a, found)
    return given if lost.any() else found


def _clock(cpu_s: float | None, iterations: int | None) -> Clock:
    if cpu_s is not None and iterations is None:
        return CpuClock(cpu_s)
    if iterations is not None and cpu_s is None:
        return StepClock(iterations)
    raise ValueError("exactly one of cpu_s and iterations is the budget")
