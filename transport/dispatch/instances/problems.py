"""An instance as a problem of the solver, and a plan of that problem as routes of node numbers.

One unit of the file's time is a second of the problem, one of its distance a metre; places are node
numbers, so nothing is rounded and nothing has to be translated back.
"""

from __future__ import annotations

from math import hypot, inf

from transport.dispatch.instances.instance import Instance
from transport.dispatch.solver.model import Cost, Plan, Problem, Request, Vehicle
from transport.dispatch.solver.travel import on_plane


def problem_of(instance: Instance, *, fewest_vehicles: bool = False) -> Problem:
    """All requests are accepted: none may be left out. Cost is distance, after vehicles if asked."""
    fixed = _more_than_any_way(instance) if fewest_vehicles else 0.0
    return Problem(
        id=instance.name,
        dimensions=("load",),
        vehicles=tuple(_vehicle(instance, f"v{k + 1}", fixed) for k in range(instance.vehicles)),
        requests=tuple(_request(instance, *pair) for pair in instance.requests),
        travel=on_plane(
            instance.name,
            [node.x for node in instance.nodes],
            [node.y for node in instance.nodes],
            speed_m_s=1.0,
        ),
    )


def _more_than_any_way(instance: Instance) -> float:
    """What a vehicle costs where vehicles are to be few: more than the longest leg after every node."""
    x, y = ([getattr(node, axis) for node in instance.nodes] for axis in "xy")
    diagonal = hypot(max(x) - min(x), max(y) - min(y))
    return 2.0 * diagonal * (len(instance.nodes) + instance.vehicles) + 1.0


def routes_of(plan: Plan) -> list[list[int]]:
    """The node numbers of each vehicle that is used, depots left out."""
    return [[stop.place for stop in route.stops] for route in plan.routes if route.stops]


def _vehicle(instance: Instance, name: str, fixed: float) -> Vehicle:
    start, end = instance.nodes[instance.start], instance.nodes[instance.end]
    return Vehicle(
        id=name,
        capacities=(instance.capacity,),
        start_place=instance.start,
        end_place=instance.end,
        shift_start_s=start.early,
        shift_end_s=end.late,
        max_duration_s=_limit(instance.max_duration),
        cost=Cost(fixed=fixed, per_m=1.0),
    )


def _request(instance: Instance, pickup: int, delivery: int) -> Request:
    first, last = instance.nodes[pickup], instance.nodes[delivery]
    return Request(
        id=f"{pickup}",
        party=(first.demand,),
        pickup_place=pickup,
        dropoff_place=delivery,
        pickup_from_s=first.early,
        pickup_until_s=first.late,
        dropoff_from_s=last.early,
        dropoff_until_s=last.late,
        pickup_service_s=first.service,
        dropoff_service_s=last.service,
        max_ride_s=_limit(instance.max_ride),
        accepted=True,
    )


def _limit(value: float) -> float | None:
    return None if value == inf else value
