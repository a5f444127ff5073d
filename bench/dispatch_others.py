"""VROOM and PyVRP on the same instance with the same CPU time, each in a child that can be killed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.dispatch import Found
    from transport.dispatch.instances import Instance

NAMES = ("vroom", "pyvrp")


def run(instance: Instance, cpu_s: float) -> dict[str, Found]:
    """What each finds; nothing feasible, or nothing in time, has a cost of inf.

    Neither knows a limit on rides: there the judge says how often their routes break it.
    """
    from bench.dispatch import Found, judged
    from transport.dispatch.instances import problems
    from transport.dispatch.solver import children

    problem = problems.problem_of(instance, fewest_vehicles=instance.max_ride == inf)
    found = {}
    for name in NAMES:
        answer = children.ask(name, problem, cpu_s=cpu_s)
        if answer.plan is None:
            found[name] = Found(instance.name, [], inf, answer.cpu_s, False)
        else:
            found[name] = judged(instance, problems.routes_of(answer.plan), answer.cpu_s)
    return found


def summary(worst: Sequence[tuple[Found, Mapping[str, Found]]]) -> dict[str, Any]:
    """How often the others were better, and how often what they found could be driven."""
    compared = [(mine, others) for mine, others in worst if others]
    if not compared:
        return {}
    figures: dict[str, Any] = {
        "worse_than_an_other": sum(
            any(_beats(other, mine) for other in others.values()) for mine, others in compared
        )
    }
    for name in NAMES:
        figures[f"{name}_feasible"] = sum(others[name].feasible for _, others in compared)
        figures[f"{name}_cpu_s_max"] = round(max(others[name].cpu_s for _, others in compared), 3)
    return figures


def _beats(other: Found, mine: Found) -> bool:
    """Fewer vehicles, or as many and shorter by more than rounding."""
    if not other.feasible:
        return False
    if other.vehicles != mine.vehicles or not mine.feasible:
        return other.rank < mine.rank
    return other.cost < mine.cost - 1e-4 * max(1.0, mine.cost * 1e-2)
