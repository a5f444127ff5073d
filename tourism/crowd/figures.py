"""People inside, and levels of load: pure figures, see docs/algorithms/crowd.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SLICE = timedelta(minutes=5)
"""Passages are counted by slices of this length."""

FULL = 4


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one area's day so far: who came and went, and how many of them came longer ago than a stay.

    Corrections by hand are ``set_right``; ``old`` and ``old_set_right`` are those longer ago.
    """

    entries: int = 0
    exits: int = 0
    old: int = 0
    set_right: int = 0
    old_set_right: int = 0


def people(sums: Sums, *, scans_exits: bool) -> int:
    """How many are inside: counted where exits are scanned, otherwise estimated by the usual stay.

    Whoever was scanned out has left also where not everybody is: the larger of both counts.
    """
    came = sums.entries + sums.set_right
    if scans_exits:
        return max(0, came - sums.exits)
    return max(0, came - max(sums.exits, sums.old + sums.old_set_right))


def faded(count: int, *, closed_for: timedelta, leave: timedelta) -> int:
    """Of so many at closing, how many are still on their way out: fewer by the minute, then nobody."""
    if closed_for <= timedelta(0):
        return count
    if closed_for >= leave:
        return 0
    return count * (leave - closed_for) // leave


@dataclass(frozen=True, slots=True)
class Rule:
    """When levels begin (percents of the cap), and how long one must be below to leave one."""

    limits: tuple[int, ...]
    margin: int
    calm: timedelta


@dataclass(frozen=True, slots=True)
class State:
    """The present level; ``calm_since``: since when the load is below it by the margin."""

    level: int = 0
    calm_since: datetime | None = None


def level_of(count: int, cap: int, limits: Sequence[int], *, less: int = 0) -> int:
    """The highest level whose percent of the cap, less so many points, is reached."""
    return sum(count * 100 >= (limit - less) * cap for limit in limits)


def judged(state: State, rule: Rule, *, count: int, cap: int, at: datetime) -> State:
    """The level after a look: up at once, down only after calm, and never further than the margin says."""
    reached = level_of(count, cap, rule.limits)
    if reached > state.level:
        return State(reached)
    lower = level_of(count, cap, rule.limits, less=rule.margin)
    if lower >= state.level:
        return State(state.level)
    since = state.calm_since or at
    return State(lower) if at - since >= rule.calm else State(state.level, since)


def curve(
    slices: Sequence[tuple[datetime, int, int, int]],
    *,
    scans_exits: bool,
    stay: timedelta,
    until: datetime,
) -> list[tuple[datetime, int]]:
    """People inside at the end of every slice, from (start, entries, exits, set right) by time."""
    if not slices:
        return []
    points, moment, last = [], slices[0][0] + SLICE, len(slices)
    came = gone = right = old = old_right = ahead = behind = 0
    while moment <= until + SLICE:
        while ahead < last and slices[ahead][0] < moment:
            _start, entries, exits, corrected = slices[ahead]
            came, gone, right = came + entries, gone + exits, right + corrected
            ahead += 1
        while behind < ahead and slices[behind][0] < moment - stay:
            old, old_right = old + slices[behind][1], old_right + slices[behind][3]
            behind += 1
        sums = Sums(came, gone, old, right, old_right)
        points.append((moment, people(sums, scans_exits=scans_exits)))
        moment += SLICE
    return points
