"""Dynamic dial-a-ride (Berbeglia, Cordeau, Laporte 2012) served online, with each instance's fleet and rules.

A request is told to the child when the instance says it becomes known. A vehicle goes from node to node
and does not turn off on the way. What was driven is judged by the plain rules of the instance; the cost
is set against that of ``--best`` (a CSV of static optima, columns instance and bks_cost), which only
this printed ratio reads.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from pathlib import Path
from statistics import fmean
from typing import Any

from django.core.management.base import CommandError

from bench.online_pipe import Child
from transport.dispatch import instances
from transport.dispatch.instances import BadInstance, Instance

Tell = Callable[[str], None]

TICK = 1.0
"""The instances count minutes, and lengths that take as many minutes; both are as they are to the child."""
_LITTLE = 1e-6
POLICY = {"rescue_steps": 3000, "improve_steps": 600, "commit_s": 1e9, "relocate": False}


def run(tell: Tell, options: Mapping[str, Any]) -> dict[str, Any]:
    """Served share and cost over all instances of the folder; the worst of the seeds goes into the file."""
    try:
        found = [instances.read(path) for path in sorted(options["instances"].glob("*.json"))]
        best = _best(options["best"]) if options["best"] else {}
    except (BadInstance, OSError) as error:
        raise CommandError(str(error)) from error
    if not found:
        raise CommandError(f"--instances: no dynamic instance (*.json) in {options['instances']}")
    rows = []
    with Child() as child:
        for instance in found:
            runs = [served(child, instance, seed) for seed in range(1, options["seeds"] + 1)]
            row = min(runs, key=lambda run: (run["feasible"], run["served"], -run["cost"]))
            if instance.name in best:
                row["ratio"] = row["cost"] / best[instance.name]
            tell(_words(row))
            rows.append(row)
    if options["out"]:
        options["out"].write_text("".join(json.dumps(row) + "\n" for row in rows))
    return _figures(rows)


def _best(path: Path) -> dict[str, float]:
    with path.open(newline="") as file:
        return {row["instance"]: float(row["bks_cost"]) for row in csv.DictReader(file)}


def _figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "ddarp_served": sum(row["served"] for row in rows) / sum(row["requests"] for row in rows),
        "ddarp_infeasible": sum(not row["feasible"] for row in rows),
    }
    ratios = [row["ratio"] for row in rows if "ratio" in row]
    if ratios:
        figures["ddarp_cost_ratio"] = fmean(ratios)
        figures["ddarp_cost_ratio_worst"] = max(ratios)
    return figures


def _words(row: dict[str, Any]) -> str:
    ratio = f", {row['ratio']:.3f} of the static optimum" if "ratio" in row else ""
    flaw = "" if row["feasible"] else " INFEASIBLE"
    served = f"{row['served']} of {row['requests']} served"
    return f"{row['instance']}: {served}, cost {row['cost']:.2f}{ratio}{flaw}"


def served(child: Child, instance: Instance, seed: int) -> dict[str, Any]:
    """One instance online, and what its own rules say of what was driven."""
    child.say({"begin": _begin(instance, seed)})
    taken, tick = [], 0.0
    for k in sorted(range(len(instance.requests)), key=lambda k: (instance.arrivals[k], k)):
        while tick <= instance.arrivals[k]:
            child.say({"tick": tick})
            tick += TICK
        if child.say({"ask": _wish(instance, k), "at_s": instance.arrivals[k]})["accepted"]:
            taken.append(k)
    while tick <= instance.nodes[instance.end].late:
        child.say({"tick": tick})
        tick += TICK
    end = child.say({"end": tick + 1e6})
    routes, faults = _judged(instance, taken, end["made"])
    return {
        "instance": instance.name,
        "requests": len(instance.requests),
        "served": len(taken),
        "routes": routes,
        "cost": sum(instances.route_cost(instance, route) for route in routes),
        "feasible": not faults and not end["broken"],
    }


def _begin(instance: Instance, seed: int) -> dict[str, Any]:
    depot, end = instance.nodes[instance.start], instance.nodes[instance.end]
    return {
        "starts": [(depot.x, depot.y), (end.x, end.y)],
        "speed_m_s": 1.0,
        "cars": [
            {
                "id": f"v{number}",
                "capacities": [instance.capacity],
                "start_place": 0,
                "end_place": 1,
                "shift_start_s": depot.early,
                "shift_end_s": end.late,
                "max_duration_s": _limit(instance.max_duration),
            }
            for number in range(instance.vehicles)
        ],
        "policy": {**POLICY, "seed": seed},
    }


def _limit(value: float) -> float | None:
    return None if value == inf else value


def _wish(instance: Instance, k: int) -> dict[str, Any]:
    first, last = (instance.nodes[node] for node in instance.requests[k])
    return {
        "id": str(k),
        "party": [first.demand],
        "origin": (first.x, first.y),
        "destination": (last.x, last.y),
        "pickup_from_s": first.early,
        "pickup_until_s": first.late,
        "dropoff_from_s": last.early,
        "dropoff_until_s": last.late,
        "pickup_service_s": first.service,
        "dropoff_service_s": last.service,
        "max_ride_s": _limit(instance.max_ride),
    }


def _judged(
    instance: Instance, taken: list[int], made: list[dict[str, Any]]
) -> tuple[list[list[int]], list[str]]:
    """Routes as node numbers, and what is wrong with them, with their times, or with what was known when."""
    rides: dict[str, list[tuple[float, int]]] = {}
    for stop in made:
        node = instance.requests[int(stop["trip"])][0 if stop["boards"] else 1]
        rides.setdefault(stop["vehicle"], []).append((stop["at_s"], node))
    only = replace(instance, requests=tuple(instance.requests[k] for k in taken), arrivals=())
    routes = [[node for _, node in stops] for stops in rides.values()]
    faults = instances.faults(only, routes)
    asked = {instance.requests[k][0]: instance.arrivals[k] for k in taken}
    for stops in rides.values():
        known, last = instance.nodes[instance.start].early, instance.start
        for at, node in stops:
            known += instance.nodes[last].service + instance.distance(last, node)
            if at < known - _LITTLE or at < asked.get(node, 0.0):
                faults.append(f"node {node} at {at}: earlier than one can be there")
            if (
                not instance.nodes[node].early - _LITTLE
                <= at
                <= instance.nodes[node].late + _LITTLE
            ):
                faults.append(f"node {node} at {at}: outside its window")
            known, last = at, node
    return routes, faults
