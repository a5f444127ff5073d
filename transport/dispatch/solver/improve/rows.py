"""Rows of the contract (``arrays.Routes``) through the search and back, never the worse for it."""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver import arrays as flat
from transport.dispatch.solver.improve import building, running
from transport.dispatch.solver.improve.clocks import Clock
from transport.dispatch.solver.improve.net import FROZEN, START, TIED, Net, Routes, desk_for
from transport.dispatch.solver.improve.timing import refresh
from transport.dispatch.solver.improve.tuning import STANDARD, Tuning


def searched(
    a: flat.Arrays, routes: flat.Routes, clock: Clock, *, seed: int, tuning: Tuning = STANDARD
) -> flat.Routes:
    """Better rows, or the same. Raises ``building.TooLarge``."""
    if not a.size[2]:
        return routes  # every vehicle has broken down: there is nobody to search with
    net = building.net_of(a)
    width = 2 * len(net.ask) + int(np.max(np.diff(a.break_ptr), initial=0)) + 2
    rows = building.rows_of(net, routes, width)
    _hold_late(net, rows)
    found_net, found = running.search(net, rows, clock, seed=seed, tuning=tuning)
    return _back(a, found_net, found.best, routes)


def _hold_late(net: Net, rows: Routes) -> None:
    """Rows that have no timetable any more (a vehicle is late) stay as they are, with all they carry."""
    desk = desk_for(net, rows.seq.shape[1], 1)
    for vehicle in range(len(net.car)):
        if not refresh(net, rows, desk, vehicle):
            net.car[vehicle, FROZEN] = rows.size[vehicle] - 1
            net.ask[rows.by == vehicle, TIED] = 2


def _back(a: flat.Arrays, net: Net, best: Routes, given: flat.Routes) -> flat.Routes:
    """The rows of all vehicles; those that the search gave up are idle."""
    vehicles = int(a.size[2])
    first = len(a.kind) - 2 * vehicles
    width = max(int(np.max(best.size, initial=2)) - 2, given.stops.shape[1])
    stops = np.full((vehicles, width), -1, np.int32)
    length = np.zeros(vehicles, np.int32)
    for row, start in enumerate(net.car[:, START]):
        count = int(best.size[row]) - 2
        stops[start - first, :count] = best.seq[row, 1 : count + 1]
        length[start - first] = count
    return flat.Routes(stops, length, given.frozen.copy())
