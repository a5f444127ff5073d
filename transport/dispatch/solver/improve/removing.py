"""Which requests are taken out of a plan: strings of neighbours, alike, costly, any, whole routes.

Strings after Christiaens & Vanden Berghe 2020 (slack induction by string removals), alike and
costly after Ropke & Pisinger 2006. Each writes the requests to ``desk.chosen``, marks them in
``by`` with -1, ticks their vehicles off in ``desk.flags`` and gives their number.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.chance import below, share
from transport.dispatch.solver.improve.compiled import compiled
from transport.dispatch.solver.improve.editing import saving
from transport.dispatch.solver.improve.net import (
    DROP,
    FROZEN,
    OWNER,
    TIED,
    Desk,
    Net,
    Routes,
    Words,
)


@compiled
def _choose(net: Net, routes: Routes, desk: Desk, request: int, count: int) -> int:
    """Ticks a request off as taken out."""
    desk.chosen[count] = request
    desk.flags[len(net.ask) + routes.by[request]] = 1
    routes.by[request] = -1
    return count + 1


@compiled
def _any_served(net: Net, routes: Routes, chance: Words) -> int:
    """A random request that is on a route, -1 where sixty draws found none."""
    for _ in range(60):
        request = below(chance, len(net.ask))
        if can_go(net, routes, request):
            return request
    return -1


@compiled
def can_go(net: Net, routes: Routes, request: int) -> bool:
    """Whether a request is on a route and not wholly committed."""
    return bool(routes.by[request] >= 0 and net.ask[request, TIED] < 2)


@compiled
def at_random(net: Net, routes: Routes, desk: Desk, chance: Words, wanted: int) -> int:
    """Any ``wanted`` requests."""
    count = 0
    for _ in range(wanted):
        request = _any_served(net, routes, chance)
        if request < 0:
            break
        count = _choose(net, routes, desk, request, count)
    return count


@compiled
def alike(net: Net, routes: Routes, desk: Desk, chance: Words, wanted: int) -> int:
    """One at random, then again and again one that is much like one already taken."""
    request = _any_served(net, routes, chance)
    if request < 0:
        return 0
    count = _choose(net, routes, desk, request, 0)
    misses = 0
    while count < wanted and misses < 40:
        seed = desk.chosen[below(chance, count)]
        pick = share(chance)
        other = net.near[seed, int(pick * pick * pick * net.near.shape[1])]
        if not can_go(net, routes, other):
            misses += 1
            continue
        count = _choose(net, routes, desk, other, count)
    return count


@compiled
def costly(net: Net, routes: Routes, desk: Desk, chance: Words, wanted: int) -> int:
    """Those whose absence saves most, with luck mixed in."""
    for request in range(len(net.ask)):
        free = can_go(net, routes, request)
        gain = saving(net, routes, request) if free else -np.inf
        desk.gain[request] = gain * (0.5 + share(chance))
    count = 0
    for _ in range(wanted):
        request = int(np.argmax(desk.gain))
        if not can_go(net, routes, request):
            break
        desk.gain[request] = -np.inf
        count = _choose(net, routes, desk, request, count)
    return count


@compiled
def whole_route(net: Net, routes: Routes, desk: Desk, chance: Words, wanted: int) -> int:
    """All of the vehicle of a random request (at most ``wanted``)."""
    request = _any_served(net, routes, chance)
    if request < 0:
        return 0
    return _string(net, routes, desk, chance, request, wanted, 0)


@compiled
def strings(net: Net, routes: Routes, desk: Desk, chance: Words, wanted: int, most: int) -> int:
    """Short stretches of the routes around a random request."""
    seed = _any_served(net, routes, chance)
    if seed < 0:
        return 0
    longest = 1 + below(chance, min(wanted, most))
    count = _string(net, routes, desk, chance, seed, min(longest, wanted), 0)
    for rank in range(net.near.shape[1]):
        if count >= wanted:
            break
        request = net.near[seed, rank]
        vehicle = routes.by[request]
        if not can_go(net, routes, request) or desk.flags[len(net.ask) + vehicle]:
            continue
        length = min(1 + below(chance, longest), wanted - count)
        count = _string(net, routes, desk, chance, request, length, count)
    return count


@compiled
def _string(
    net: Net, routes: Routes, desk: Desk, chance: Words, request: int, length: int, count: int
) -> int:
    """Takes out ``length`` requests that get on one after another, the given one among them."""
    vehicle = routes.by[request]
    found, mine = 0, 0
    for k in range(net.car[vehicle, FROZEN] + 1, routes.size[vehicle] - 1):
        node = routes.seq[vehicle, k]
        owner = net.who[node, OWNER]
        if owner < 0 or (node == net.ask[owner, DROP]) != (net.ask[owner, TIED] == 1):
            continue
        if owner == request:
            mine = found
        desk.route[found] = owner
        found += 1
    length = min(length, found)
    first = max(0, mine - below(chance, length))
    first = min(first, found - length)
    for k in range(first, first + length):
        count = _choose(net, routes, desk, desk.route[k], count)
    return count
