"""Changes of a plan: requests out of routes and into them, and rows copied between two plans."""

from __future__ import annotations

from transport.dispatch.solver.improve.compiled import compiled
from transport.dispatch.solver.improve.net import (
    DROP,
    OWNER,
    PICK,
    RATE,
    TIED,
    Desk,
    Floats,
    Net,
    Routes,
)
from transport.dispatch.solver.improve.timing import lay, refresh


@compiled
def insert(net: Net, routes: Routes, desk: Desk, ask: tuple[int, int], at: tuple[int, int]) -> bool:
    """Puts a request at places found by ``cheapest``; False, with the plan broken, if they fail."""
    vehicle, request = ask
    size = lay(net, routes, desk, ask, at)
    routes.size[vehicle] = size
    for k in range(size):
        routes.seq[vehicle, k] = desk.route[k]
    routes.by[request] = vehicle
    return refresh(net, routes, desk, vehicle)


@compiled
def take_out(net: Net, routes: Routes, desk: Desk, vehicle: int) -> None:
    """Drops from a route all stops of requests that ``by`` says are left out."""
    kept = 0
    for k in range(routes.size[vehicle]):
        node = routes.seq[vehicle, k]
        owner = net.who[node, OWNER]
        if owner >= 0 and routes.by[owner] < 0 and not _stays(net, owner, node):
            continue
        routes.seq[vehicle, kept] = node
        kept += 1
    routes.size[vehicle] = kept
    refresh(net, routes, desk, vehicle)


@compiled
def _stays(net: Net, owner: int, node: int) -> bool:
    """A committed pickup: its request is tied, only the delivery can be moved."""
    return bool(net.ask[owner, TIED] and node == net.ask[owner, PICK])


@compiled
def saving(net: Net, routes: Routes, request: int) -> float:
    """What a route becomes cheaper by without the request."""
    vehicle = routes.by[request]
    cost = net.cost[net.car[vehicle, RATE]]
    seq = routes.seq[vehicle]
    d = net.ask[request, DROP]
    q = routes.spot[d]
    if net.ask[request, TIED]:
        return _gap(cost, seq[q - 1], d, seq[q + 1])
    p = net.ask[request, PICK]
    k = routes.spot[p]
    if q == k + 1:
        a, b = seq[k - 1], seq[q + 1]
        return float(cost[a, p] + cost[p, d] + cost[d, b] - cost[a, b])
    return _gap(cost, seq[k - 1], p, seq[k + 1]) + _gap(cost, seq[q - 1], d, seq[q + 1])


@compiled
def _gap(cost: Floats, a: int, node: int, b: int) -> float:
    return float(cost[a, node] + cost[node, b] - cost[a, b])


@compiled
def copy_route(net: Net, source: Routes, target: Routes, vehicle: int) -> None:
    """One vehicle's row from one plan to another, with the places of its nodes."""
    size = source.size[vehicle]
    target.size[vehicle] = size
    target.spent[vehicle], target.sign[vehicle] = source.spent[vehicle], source.sign[vehicle]
    for k in range(size):
        node = source.seq[vehicle, k]
        target.seq[vehicle, k] = node
        target.lo[vehicle, k] = source.lo[vehicle, k]
        target.hi[vehicle, k] = source.hi[vehicle, k]
        target.spot[node] = k
        for d in range(source.load.shape[2]):
            target.load[vehicle, k, d] = source.load[vehicle, k, d]
