"""A problem's arrays as a Net, and its routes as rows, both ways.

Node numbers are those of ``arrays``: pickups, deliveries, breaks, starts, ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from transport.dispatch.solver import arrays as flat
from transport.dispatch.solver.improve import tightening
from transport.dispatch.solver.improve.net import (
    DROP,
    EARLY,
    LATE,
    MATE,
    ONLY,
    OWNER,
    PICK,
    RIDE,
    TIED,
    Flags,
    Floats,
    Net,
    Routes,
    Whole,
    Words,
    routes_for,
)
from transport.dispatch.solver.travel import straight_m

MOST_NODES = 6000
"""Nodes of one search: two matrices of so many take 576 MB. Larger fleets are searched in parts."""


class TooLarge(ValueError):
    """More nodes than one search takes: give it a part of the fleet and its requests."""


def net_of(a: flat.Arrays) -> Net:
    """What a search needs to know of a problem. Raises TooLarge."""
    if a.size[3] > MOST_NODES:
        raise TooLarge(f"{a.size[3]} nodes, a search takes {MOST_NODES}")
    seconds, metres = _between(a)
    ask = _asks(a)
    step = seconds * a.t.factors[1] + a.service[:, None]
    when = np.full((len(a.kind), 3), np.inf)
    when[:, EARLY], when[:, LATE] = a.earliest, a.latest
    paired = ask[:, PICK] >= 0
    when[ask[paired, DROP], RIDE] = a.max_ride[paired] + a.service[ask[paired, PICK]]
    rates, rate_of = np.unique(a.cost[:, 1:], axis=0, return_inverse=True)
    cost = np.array([rate[0] * metres + rate[1] * seconds for rate in rates])
    tightening.tighten(when, step, ask)
    kinds, kind_of = _kinds(a, rate_of.ravel())
    return Net(
        step=step,
        cost=cost,
        when=when,
        who=_who(a, ask),
        demand=_demand(a),
        ask=ask,
        worth=np.where(a.accepted | (ask[:, TIED] > 0), beyond_any_cost(a, cost), a.penalty),
        able=_able(a, kinds),
        car=_cars(a, kind_of, rate_of.ravel()),
        limit=np.column_stack([a.max_duration, a.cost[:, 0], a.capacity]).astype(np.float64),
        near=tightening.likeness(when, step, cost[0], ask),
        mark=_marks(a),
    )


def beyond_any_cost(a: flat.Arrays, cost: Floats) -> float:
    """More than any plan costs, leaving out what it may: all vehicles, the dearest leg from every stop."""
    legs = float(cost.max(axis=(0, 2)).sum())
    return 2.0 * (float(a.cost[:, 0].sum()) + legs + float(a.penalty.sum())) + 1.0


def _between(a: flat.Arrays) -> tuple[Floats, Floats]:
    """Seconds and metres from node to node; nothing to a node that is wherever the vehicle is."""
    place = np.maximum(a.place, 0)
    if a.t.mode[0] == flat.MATRIX:
        seconds, metres = a.t.seconds[np.ix_(place, place)], a.t.metres[np.ix_(place, place)]
    else:
        x, y = a.t.x[place], a.t.y[place]
        earth = a.t.mode[0] == flat.EARTH
        metres = straight_m(x[:, None], y[:, None], x, y, on_earth=earth) * a.t.speed[1]
        seconds = metres / a.t.speed[0]
    nowhere = a.place < 0
    for matrix in (seconds, metres):
        matrix[:, nowhere] = 0.0
    return seconds, metres


def _asks(a: flat.Arrays) -> Whole:
    n = int(a.size[0])
    ask = np.empty((n, 4), np.int64)
    ask[:, PICK] = np.where(a.on_board >= 0, -1, np.arange(n))
    ask[:, DROP] = np.arange(n) + n
    ask[:, ONLY] = a.pinned
    ask[:, TIED] = a.on_board >= 0
    begun = a.committed[a.committed < n]
    ask[begun, TIED] = 1
    ask[a.committed[(a.committed >= n) & (a.committed < 2 * n)] - n, TIED] = 2
    return ask


def _who(a: flat.Arrays, ask: Whole) -> Whole:
    who = np.full((len(a.kind), 2), -1, np.int64)
    numbers = np.arange(len(ask))
    paired = ask[:, PICK] >= 0
    who[ask[:, DROP], OWNER] = numbers
    who[ask[paired, PICK], OWNER] = numbers[paired]
    who[ask[:, DROP], MATE] = ask[:, PICK]
    who[ask[paired, PICK], MATE] = ask[paired, DROP]
    return who


def _demand(a: flat.Arrays) -> Floats:
    """Loads by node; who is on board gets on at the vehicle's start."""
    demand = a.load.astype(np.float64)
    vehicles = int(a.size[2])
    first = len(a.kind) - 2 * vehicles
    demand[first : first + vehicles] = a.start_load
    return demand


def _kinds(a: flat.Arrays, rate_of: Whole) -> tuple[Whole, Whole]:
    """One vehicle of each kind, and the kind of each vehicle."""
    odd = needs_full_schedule(a)
    own = np.where(odd, np.arange(len(odd)), -1)
    words = [np.unique(bits, return_inverse=True)[1].ravel() for bits in (a.skills, a.class_bit)]
    features = np.column_stack([a.capacity, *words, rate_of, a.max_duration, a.cost[:, 0], own])
    _, first, kind_of = np.unique(features, axis=0, return_index=True, return_inverse=True)
    return first, kind_of.ravel()


def needs_full_schedule(a: flat.Arrays) -> Flags:
    """Per vehicle: whether breaks, driving hours or the hour of the day play a part."""
    breaks = np.diff(a.break_ptr) > 0
    hours = np.isfinite(a.driving_left) | np.isfinite(a.continuous_left)
    return np.asarray(breaks | hours | (len(a.t.step_from) > 0))


def _able(a: flat.Arrays, kinds: Whole) -> Flags:
    """Whether a kind of vehicle has all skills and one of the classes a request asks for."""
    lacks = a.needs[:, None] & ~a.skills[kinds][None, :]
    classed = (a.classes[:, None] & a.class_bit[kinds][None, :]) != 0
    return np.asarray((lacks == 0) & classed)


def _cars(a: flat.Arrays, kind_of: Whole, rate_of: Whole) -> Whole:
    vehicles = int(a.size[2])
    first = len(a.kind) - 2 * vehicles
    numbers = np.arange(vehicles)
    frozen = np.diff(a.committed_ptr)
    columns = [first + numbers, first + vehicles + numbers, kind_of, frozen, rate_of]
    return np.column_stack(columns).astype(np.int64)


def _marks(a: flat.Arrays) -> Words:
    """Random words; starts, and ends, that are alike in all respects have the same one."""
    random = np.random.default_rng(20060131)
    marks = random.integers(1, 1 << 63, size=len(a.kind), dtype=np.uint64)
    alike: dict[tuple[Any, ...], np.uint64] = {}
    vehicles = int(a.size[2])
    first = len(a.kind) - 2 * vehicles
    for node in range(first, len(a.kind)):
        about = (a.kind[node], a.place[node], a.earliest[node], a.latest[node])
        about += tuple(a.start_load[(node - first) % vehicles])
        marks[node] = alike.setdefault(about, marks[node])
    return marks


def rows_of(net: Net, routes: flat.Routes, width: int) -> Routes:
    """Routes of ``arrays`` as a plan to search; ``width`` places a row."""
    rows = routes_for(net, width)
    for vehicle, length in enumerate(routes.length):
        stops = routes.stops[vehicle, :length]
        rows.seq[vehicle, 1 : length + 1] = stops
        rows.seq[vehicle, length + 1] = net.car[vehicle, 1]
        rows.size[vehicle] = length + 2
        owners = net.who[stops, OWNER]
        rows.by[owners[owners >= 0]] = vehicle
    return rows
