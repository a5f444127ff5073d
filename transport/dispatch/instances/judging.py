"""Whether routes solve an instance, judged in plain Python and from the definition alone.

Shares nothing with the search: a schedule exists exactly when the least solution of the difference
constraints does (Bellman-Ford): windows, travel, rides and the length of the route.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from transport.dispatch.instances.instance import Instance

TOLERANCE = 1e-6
"""Of one time unit: sums of floats come out a little differently in another order."""


def route_cost(instance: Instance, route: Sequence[int]) -> float:
    """The distance of a route without its depots, driven from depot to depot; 0 when empty."""
    if not route:
        return 0.0
    path = [instance.start, *route, instance.end]
    return sum(instance.distance(a, b) for a, b in pairwise(path))


def faults(instance: Instance, routes: Sequence[Sequence[int]]) -> list[str]:
    """What is wrong with a solution, in words; empty when it is feasible."""
    return [*_fleet_faults(instance, routes), *_route_faults(instance, routes)]


def _fleet_faults(instance: Instance, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    used = [route for route in routes if route]
    if len(used) > instance.vehicles:
        yield f"{len(used)} vehicles are used, there are {instance.vehicles}"
    served = [node for route in routes for node in route]
    wanted = {node for pair in instance.requests for node in pair}
    if len(served) != len(set(served)):
        yield "a node is visited twice"
    if missing := sorted(wanted - set(served)):
        yield f"not visited: {missing}"
    if strange := sorted(set(served) - wanted):
        yield f"no stop of any request: {strange}"


def _route_faults(instance: Instance, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    mates = dict(instance.requests)
    known = {node for pair in instance.requests for node in pair}
    for number, route in enumerate(routes):
        if not route or not known.issuperset(route):
            continue
        order = {node: position for position, node in enumerate(route)}
        if any((a in order) != (b in order) or order.get(a, 0) > order.get(b, 0)
               for a, b in mates.items()):  # fmt: skip
            yield f"route {number}: a delivery is not after its pickup in the same route"
        elif not _fits(instance, route):
            yield f"route {number}: more on board than the capacity"
        elif not _can_be_timed(instance, route):
            yield f"route {number}: no schedule keeps windows, rides and the route's length"


def _fits(instance: Instance, route: Sequence[int]) -> bool:
    load = 0
    for node in route:
        load += instance.nodes[node].demand
        if load > instance.capacity:
            return False
    return True


def _can_be_timed(instance: Instance, route: Sequence[int]) -> bool:
    """Least start times by relaxing every constraint until nothing moves."""
    path = [instance.start, *route, instance.end]
    limits = list(_constraints(instance, path))
    least = [instance.nodes[node].early for node in path]
    for _ in range(len(path) + 1):
        moved = False
        for before, after, gap in limits:
            if least[after] < least[before] + gap - TOLERANCE:
                least[after] = least[before] + gap
                moved = True
        if not moved:
            late = (instance.nodes[node].late for node in path)
            return all(time <= end + TOLERANCE for time, end in zip(least, late, strict=True))
    return False


def _constraints(instance: Instance, path: Sequence[int]) -> Iterator[tuple[int, int, float]]:
    """(i, j, gap): the service at place j of the path starts at least ``gap`` after that at i."""
    for place, (a, b) in enumerate(pairwise(path)):
        yield place, place + 1, instance.nodes[a].service + instance.distance(a, b)
    place_of = {node: place + 1 for place, node in enumerate(path[1:-1])}
    for pickup, delivery in instance.requests:
        if pickup in place_of and instance.max_ride < float("inf"):
            gap = -instance.nodes[pickup].service - instance.max_ride
            yield place_of[delivery], place_of[pickup], gap
    if instance.max_duration < float("inf"):
        yield len(path) - 1, 0, -instance.max_duration
