"""What is known of a net before any search: narrower windows, and which requests are much alike.

Windows after Cordeau 2006: a delivery not before its pickup allows, a pickup not so early that the
ride would be too long. No feasible plan is lost.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.net import (
    DROP,
    EARLY,
    LATE,
    PICK,
    RIDE,
    TIED,
    Floats,
    Whole,
)


def tighten(when: Floats, step: Floats, ask: Whole) -> None:
    """Narrows the windows of all requests that are still to be picked up, in place."""
    free = ask[(ask[:, PICK] >= 0) & (ask[:, TIED] == 0)]
    p, d = free[:, PICK], free[:, DROP]
    ride, straight = when[d, RIDE], step[p, d]
    for _ in range(2):
        when[d, EARLY] = np.maximum(when[d, EARLY], when[p, EARLY] + straight)
        when[p, LATE] = np.minimum(when[p, LATE], when[d, LATE] - straight)
        when[p, EARLY] = np.maximum(when[p, EARLY], when[d, EARLY] - ride)
        when[d, LATE] = np.minimum(when[d, LATE], when[p, LATE] + ride)


def likeness(when: Floats, step: Floats, cost: Floats, ask: Whole, most: int = 60) -> Whole:
    """For each request the others, most alike first.

    Two are alike when a vehicle can drive from a stop of one to a stop of the other soon and cheaply:
    the least, over pairs of stops in either order, of the way and what time is lost for certain.
    """
    stops = [np.where(ask[:, PICK] >= 0, ask[:, PICK], ask[:, DROP]), ask[:, DROP]]
    between = [_apart(when, step, cost, a, b) for a in stops for b in stops]
    apart = np.minimum.reduce(between) + 0.5 * (between[0] + between[3])
    np.fill_diagonal(apart, np.inf)
    order = np.argsort(apart, axis=1, kind="stable")
    return np.ascontiguousarray(order[:, : max(1, min(most, len(ask) - 1))])


def _apart(when: Floats, step: Floats, cost: Floats, a: Whole, b: Whole) -> Floats:
    """The cheaper of both orders of a stop of the row's and one of the column's request."""
    there = _after(when, step, cost, a, b)
    return np.minimum(there, _after(when, step, cost, b, a).T)


def _after(when: Floats, step: Floats, cost: Floats, a: Whole, b: Whole) -> Floats:
    drive = step[np.ix_(a, b)]
    wait = when[b, EARLY][None, :] - drive - when[a, LATE][:, None]
    late = when[a, EARLY][:, None] + drive - when[b, LATE][None, :]
    lost = 0.2 * np.maximum(wait, 0.0) + np.maximum(late, 0.0)
    return np.asarray(cost[np.ix_(a, b)] + lost)
