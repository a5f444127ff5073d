"""`bench dispatch`: public dial-a-ride and pickup-and-delivery instances within a CPU time each.

Runs in this one process and one thread; the CPU time counted is this process's and that of every
child it waited for, the compilation of kernels (done before the first instance) not. Best-known
values come from the file named by ``--best`` and are used for the printed gap alone.
"""

from __future__ import annotations

import csv
import json
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from django.core.management.base import CommandError

from bench import dispatch_others
from transport.dispatch import instances
from transport.dispatch.instances import BadInstance, Instance

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What one run found for one instance; ``vehicles`` are those used, ``cost`` is inf for nothing."""

    instance: str
    routes: list[list[int]]
    cost: float
    cpu_s: float
    feasible: bool

    @property
    def vehicles(self) -> int:
        return len(self.routes)

    @property
    def rank(self) -> tuple[bool, int, float]:
        """Smaller is better, vehicles before distance."""
        return (not self.feasible, self.vehicles, self.cost)


@dataclass(frozen=True, slots=True)
class Best:
    """A best-known solution: vehicles where the problem makes them few (0: not said), and its cost."""

    vehicles: int
    cost: float


def run(tell: Tell, options: Mapping[str, Any]) -> dict[str, Any]:
    """Every instance of the folder with every seed; the worst of the seeds goes into the file.

    Raises CommandError for options that say nothing sensible, or a file that is no instance.
    """
    try:
        told = _told(options)
        found_here = instances.of_folder(told.folder, rides_limited=told.problem == "darp")
        best = _read_best(options["best"]) if options["best"] else {}
    except (BadInstance, OSError) as error:
        raise CommandError(str(error)) from error
    warm_up()
    worst, every = [], []
    with told.out.open("w") as out:
        for instance in found_here:
            runs = [solved(instance, told, seed) for seed in range(1, told.seeds + 1)]
            bad = max(runs, key=lambda found: _rank(found, told.problem))
            others = dispatch_others.run(instance, told.cpu_s) if told.compare else {}
            tell(_line(bad, best.get(instance.name), others))
            out.write(json.dumps(_row(bad)) + "\n")
            out.flush()
            worst.append((bad, others))
            every.append(runs)
    figures = _summary(worst, best, told)
    if told.problem == "darp" and "gap_mean_pct" in figures:
        figures["gap_mean_pct_worst_seed"] = _worst_seed(every, best)
    return {**figures, **dispatch_others.summary(worst)}


@dataclass(frozen=True, slots=True)
class Told:
    """The options that a run needs."""

    problem: str
    folder: Path
    out: Path
    cpu_s: float
    seeds: int
    compare: bool


def _told(options: Mapping[str, Any]) -> Told:
    for name in ("problem", "instances", "out"):
        if not options[name]:
            raise CommandError(f"bench dispatch needs --{name}")
    if not 0.05 <= options["cpu_seconds"] <= 36_000 or not 1 <= options["seeds"] <= 100:
        raise CommandError("--cpu-seconds must be 0.05 to 36000, --seeds 1 to 100")
    if not options["instances"].is_dir():
        raise CommandError(f"--instances: {options['instances']} is no folder")
    return Told(
        options["problem"],
        options["instances"],
        options["out"],
        options["cpu_seconds"],
        options["seeds"],
        options["compare"],
    )


def warm_up() -> None:
    """Compiles the kernels, or loads them from their cache."""
    from transport.dispatch.solver import dayahead

    dayahead.warm_up()


def cpu_now() -> float:
    """CPU seconds of this process and of the children it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def solved(instance: Instance, told: Told, seed: int) -> Found:
    """One run, judged by the plain rules of the instance."""
    from transport.dispatch.instances import problems
    from transport.dispatch.solver import dayahead

    fewest = told.problem == "pdptw"
    problem = problems.problem_of(instance, fewest_vehicles=fewest)
    before = cpu_now()
    plan = dayahead.plan(problem, cpu_s=told.cpu_s, seed=seed)
    cpu_s = cpu_now() - before
    return judged(instance, problems.routes_of(plan), cpu_s)


def judged(instance: Instance, routes: list[list[int]], cpu_s: float) -> Found:
    """Routes with their cost and whether they keep every rule."""
    cost = sum(instances.route_cost(instance, route) for route in routes)
    return Found(instance.name, routes, cost, cpu_s, not instances.faults(instance, routes))


def _rank(found: Found, problem: str) -> tuple[bool, int, float]:
    return found.rank if problem == "pdptw" else (not found.feasible, 0, found.cost)


def _row(found: Found) -> dict[str, Any]:
    return {
        "instance": found.instance,
        "routes": found.routes,
        "cost": round(found.cost, 6),
        "cpu_s": round(found.cpu_s, 3),
        "feasible": found.feasible,
    }


def _read_best(path: Path) -> dict[str, Best]:
    """Best-known values by instance: columns instance, bks_cost or bks_distance, and bks_vehicles."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for number, row in enumerate(rows, start=2):
        try:
            cost = float(row.get("bks_cost") or row["bks_distance"])
            found[row["instance"]] = Best(int(row.get("bks_vehicles") or 0), cost)
        except (KeyError, ValueError) as error:
            raise BadInstance(f"{path.name}, line {number}: {error}") from error
    return found


def gap(found: Found, best: Best) -> float:
    """How much dearer than the best known, in per cent."""
    return 100.0 * (found.cost / best.cost - 1.0)


def _line(found: Found, best: Best | None, others: Mapping[str, Found]) -> str:
    words = f"{found.instance:<12}{found.vehicles:>4} v{found.cost:>12.2f}{found.cpu_s:>8.2f} s"
    if best:
        more = f"{found.vehicles - best.vehicles:+d} v" if best.vehicles else ""
        words += f"{gap(found, best):>+9.2f} % {more}"
    for name, other in others.items():
        words += f"   {name} {other.vehicles} v {other.cost:.2f} {other.cpu_s:.1f} s"
    return words + ("" if found.feasible else "   NOT FEASIBLE")


def _summary(
    worst: Sequence[tuple[Found, Mapping[str, Found]]], best: Mapping[str, Best], told: Told
) -> dict[str, Any]:
    every = [found for found, _ in worst]
    figures: dict[str, Any] = {
        "instances": len(every),
        "feasible": sum(found.feasible for found in every),
        "cpu_s_mean": round(fmean(found.cpu_s for found in every), 3),
        "cpu_s_max": round(max(found.cpu_s for found in every), 3),
        "seeds": told.seeds,
    }
    known = [(found, best[found.instance]) for found in every if found.instance in best]
    if known:
        figures |= dict(_beside_best(known, told.problem))
    return figures


def _worst_seed(every: Sequence[Sequence[Found]], best: Mapping[str, Best]) -> float:
    """The mean gap of the seed whose mean is worst; ``gap_mean_pct`` takes the worst of each instance."""
    by_seed = zip(*every, strict=True)
    means = [
        fmean(gap(f, best[f.instance]) for f in runs if f.instance in best) for runs in by_seed
    ]
    return round(max(means), 4)


def _beside_best(known: Sequence[tuple[Found, Best]], problem: str) -> Iterator[tuple[str, float]]:
    yield "compared", len(known)
    if problem == "pdptw":
        more = [found.vehicles - best.vehicles for found, best in known]
        yield "vehicles_as_best_known", round(sum(m <= 0 for m in more) / len(more), 4)
        yield "extra_vehicles_mean", round(fmean(more), 4)
        known = [pair for pair, m in zip(known, more, strict=True) if m == 0]
    gaps = [gap(*pair) for pair in known]
    if gaps:
        yield "gap_mean_pct", round(fmean(gaps), 4)
        yield "gap_max_pct", round(max(gaps), 4)
        yield "optimal_share", round(sum(g < 0.005 for g in gaps) / len(gaps), 4)
