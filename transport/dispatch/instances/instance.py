"""One instance of a public benchmark: nodes, pairs, a fleet of equal vehicles, Euclidean distances.

Times, distances and costs are in the units of the file (minutes and kilometres in the dial-a-ride
sets, one unit for both in Li & Lim): floats, never rounded, as the published values are computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf

MOST_NODES = 4000
"""A matrix of so many nodes takes 128 MB; the largest public instance has 1,054."""


class BadInstance(ValueError):
    """A file that is not an instance; the message names the file and the line or the field."""


@dataclass(frozen=True, slots=True)
class Node:
    """A stop to make: ``demand`` > 0 gets on, < 0 gets off; the window is for the start of service."""

    x: float
    y: float
    demand: int
    early: float
    late: float
    service: float


@dataclass(frozen=True, slots=True)
class Instance:
    """Requests are (pickup, delivery) node numbers of the file; all vehicles are alike.

    ``start`` and ``end`` are the depot's node numbers; ``max_duration`` limits a whole route,
    ``max_ride`` the time from the end of a pickup's service to the start of its delivery's (inf
    where there is no limit). ``arrivals`` has the time each request becomes known, for the dynamic
    sets, in the order of ``requests``; empty otherwise.
    """

    name: str
    nodes: tuple[Node, ...]
    requests: tuple[tuple[int, int], ...]
    vehicles: int
    capacity: int
    start: int
    end: int
    max_duration: float = inf
    max_ride: float = inf
    arrivals: tuple[float, ...] = ()

    def distance(self, a: int, b: int) -> float:
        """Between two nodes: the Euclidean distance, which is the travel time as well."""
        one, other = self.nodes[a], self.nodes[b]
        return hypot(one.x - other.x, one.y - other.y)
