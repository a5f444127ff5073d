"""How long somebody waits who joins a boarding queue now. Pure; the rule is docs/algorithms/queues.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

WINDOW = timedelta(minutes=90)
"""Departures longer ago say nothing about now."""

USUAL_COUNTS = 0.5
"""As so many seen intervals: without it three vehicles an hour are too few to reckon by."""

LONGEST = timedelta(hours=4)
"""Nobody is told a longer wait: by then the vehicles are others."""


@dataclass(frozen=True, slots=True)
class Left:
    """A vehicle that has left, with so many places and so many people on board."""

    at: datetime
    seats: int
    people: int


@dataclass(frozen=True, slots=True)
class Due:
    """A vehicle that is said to come, with so many places."""

    at: datetime
    seats: int


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds while nothing is known of this hour: a vehicle of ``seats`` every so often.

    ``fills``: a vehicle that stands there leaves as soon as it is full.
    """

    every: timedelta
    seats: int
    fills: bool = False


def headway(left: Sequence[Left], usual: Usual, *, at: datetime) -> timedelta:
    """How often vehicles leave: the mean of the late intervals, in which the usual one counts half.

    ``left`` in the order of time; what is usual where no interval is known.
    """
    recent = [one.at for one in left if at - WINDOW <= one.at <= at]
    if len(recent) < 2:
        return usual.every
    seen = recent[-1] - recent[0]
    return (seen + usual.every * USUAL_COUNTS) / (len(recent) - 1 + USUAL_COUNTS)


def wait(
    queue: int,
    *,
    left: Sequence[Left],
    due: Sequence[Due],
    usual: Usual,
    at: datetime,
    joining_per_min: float = 0.0,
) -> timedelta:
    """From now until the vehicle leaves that takes whoever joins behind ``queue`` people.

    Vehicles said to come leave when they are said to; behind the last one that has left or is said to
    come, others follow by ``headway``. ``joining_per_min``: how fast the queue fills a vehicle that
    leaves when it is full.
    """
    every = headway(left, usual, at=at)
    places = _seats(left, usual, at=at)
    ahead = queue
    for when, seats in _coming(left, due, every, places, at):
        if ahead < seats:
            return min(_leaves(when, seats, ahead, usual, joining_per_min, at) - at, LONGEST)
        ahead -= seats
    return LONGEST


def _seats(left: Sequence[Left], usual: Usual, *, at: datetime) -> int:
    """How many places a vehicle has: the mean of the late ones, else what is usual."""
    recent = [one.seats for one in left if at - WINDOW <= one.at <= at]
    return max(1, round(fmean(recent))) if recent else usual.seats


def _coming(
    left: Sequence[Left], due: Sequence[Due], every: timedelta, places: int, at: datetime
) -> Sequence[tuple[datetime, int]]:
    """The vehicles of the next hours: who is late is expected now."""
    said = sorted(due, key=lambda one: one.at)
    found = [(max(one.at, at), one.seats) for one in said]
    last = max([one.at for one in said] + [one.at for one in left[-1:]], default=None)
    following = at + every / 2 if last is None else max(last + every, at)
    while following <= at + LONGEST:
        found.append((following, places))
        following += every
    return found


def _leaves(
    when: datetime, seats: int, ahead: int, usual: Usual, joining_per_min: float, at: datetime
) -> datetime:
    """A vehicle that leaves when it is full goes no sooner than the places behind are taken.

    Nor does it stand there for longer than until the next one comes.
    """
    if not usual.fills or joining_per_min <= 0:
        return when
    filled_at = at + timedelta(minutes=(seats - ahead - 1) / joining_per_min)
    return min(max(when, filled_at), when + usual.every)
