"""The arrays the search works on: what never changes (Net), a plan (Routes), scratch paper (Desk).

Few, wide arrays in named tuples: each array is eight machine words to pass to a compiled function.
Times, costs and loads are floats in whatever unit the problem has. A request is a pickup node and a
delivery node; one whose rider is on board, or whose pickup is committed, is *tied*: its delivery
may move within its own vehicle and nothing else. A vehicle's route begins with its start node and
ends with its end node; its first ``FROZEN`` + 1 places are committed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

EARLY, LATE, RIDE = 0, 1, 2
"""Columns of Net.when; RIDE: most time between the starts of service at pickup and delivery."""
MATE, OWNER = 0, 1
"""Columns of Net.who: the other node of the request (-1 none), and the request (-1 depots)."""
PICK, DROP, ONLY, TIED = 0, 1, 2, 3
"""Columns of Net.ask: its nodes (no pickup: -1), the only vehicle allowed (-1 any), and 0 for a free
request, 1 for one whose delivery alone can be moved, 2 for one whose delivery is committed too."""
START, END, KIND, FROZEN, RATE = 0, 1, 2, 3, 4
"""Columns of Net.car: vehicles of one KIND are alike but for start and end; RATE says which costs."""
LONGEST, FIXED, ROOM = 0, 1, 2
"""Columns of Net.limit: longest route, cost of a route that carries anybody, then the capacities."""
EPS = 1e-8
"""Seconds and loads: sums of floats in another order, far below what the judge forgives."""


class Net(NamedTuple):
    """What never changes while a problem is searched."""

    step: Floats  # (n, n) service at the first node and travel to the second
    cost: Floats  # (rates, n, n) what is to be made small
    when: Floats  # (n, 3)
    who: Whole  # (n, 2)
    demand: Floats  # (n, dimensions), negative where people get off
    ask: Whole  # (requests, 4)
    worth: Floats  # (requests,) the price of leaving a request out
    able: Flags  # (requests, kinds)
    car: Whole  # (vehicles, 5)
    limit: Floats  # (vehicles, 2 + dimensions)
    near: Whole  # (requests, some) other requests, the most alike first
    mark: Words  # (n,) random words, for the signatures of routes


class Routes(NamedTuple):
    """A plan: every row a vehicle, every column a place of its route."""

    seq: Whole  # (vehicles, width) nodes
    lo: Floats  # (vehicles, width) least starts of service
    hi: Floats  # (vehicles, width) greatest starts of service
    load: Floats  # (vehicles, width, dimensions) on leaving a place
    size: Whole  # (vehicles,) places in use
    spent: Floats  # (vehicles,) cost of the route
    sign: Words  # (vehicles,) of the route's kind and sequence
    spot: Whole  # (n,) the place of each node that is on a route
    by: Whole  # (requests,) the vehicle, -1 where it is left out


class Desk(NamedTuple):
    """Scratch paper of one search."""

    route: Whole  # (width + 2,)
    lo: Floats  # (width + 2,)
    spot: Whole  # (n,)
    keys: Words  # (slots,) which insertion each slot of the memory is about
    deltas: Floats  # (slots,)
    places: Whole  # (slots, 2)
    chosen: Whole  # (requests,) the requests of a removal, then to be put back
    gain: Floats  # (requests,)
    table: Floats  # (requests, vehicles) cheapest insertions while a repair goes on
    flags: Whole  # (requests + vehicles,) whatever a step has to tick off
    tries: Whole  # (2,) insertions asked for, and those that were not remembered


def routes_for(net: Net, width: int) -> Routes:
    """All vehicles empty, nothing timed yet; no route will have more than ``width`` places."""
    vehicles, dimensions = len(net.car), net.demand.shape[1]
    made = Routes(
        seq=np.zeros((vehicles, width), np.int64),
        lo=np.zeros((vehicles, width)),
        hi=np.zeros((vehicles, width)),
        load=np.zeros((vehicles, width, dimensions)),
        size=np.full(vehicles, 2, np.int64),
        spent=np.zeros(vehicles),
        sign=np.zeros(vehicles, np.uint64),
        spot=np.zeros(len(net.when), np.int64),
        by=np.full(len(net.ask), -1, np.int64),
    )
    made.seq[:, 0], made.seq[:, 1] = net.car[:, START], net.car[:, END]
    return made


def desk_for(net: Net, width: int, slots: int) -> Desk:
    """Paper for one search; ``slots`` (a power of two) insertions are remembered."""
    requests, vehicles = len(net.ask), len(net.car)
    return Desk(
        route=np.zeros(width + 2, np.int64),
        lo=np.zeros(width + 2),
        spot=np.zeros(len(net.when), np.int64),
        keys=np.zeros(slots, np.uint64),
        deltas=np.zeros(slots),
        places=np.zeros((slots, 2), np.int64),
        chosen=np.zeros(requests, np.int64),
        gain=np.zeros(requests),
        table=np.zeros((requests, vehicles)),
        flags=np.zeros(requests + vehicles, np.int64),
        tries=np.zeros(2, np.int64),
    )


def copied(routes: Any) -> Any:
    """A plan of its own arrays."""
    return type(routes)(*(array.copy() for array in routes))
