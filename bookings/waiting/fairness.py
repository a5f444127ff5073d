"""Who comes when, as pure functions: the drawn order of the early, and the pace of letting in.

The draw is a permutation of 1..early keyed by the sale's seed (a Feistel network with cycle
walking): nothing is written when a sale opens, everybody's rank follows from their number, and once
the seed is published anyone can check their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

_ROUNDS = 6
LONGEST_CREDIT = timedelta(seconds=10)
"""After a stop (a pause, a crash) at most this much time is made good at once."""


def rank_of(number: int, *, early: int, seed: str) -> int:
    """The place in the order of being let in, from 1. Whoever came after the opening keeps theirs."""
    if number > early:
        return number
    half = max(1, ((early - 1).bit_length() + 1) // 2)
    place = number - 1
    while True:
        place = _shuffle(place, half, seed.encode())
        if place < early:
            return place + 1


def _shuffle(place: int, half: int, key: bytes) -> int:
    mask = (1 << half) - 1
    left, right = place >> half, place & mask
    for turn in range(_ROUNDS):
        mixed = blake2b(bytes((turn,)) + right.to_bytes(4), key=key, digest_size=4).digest()
        left, right = right, left ^ (int.from_bytes(mixed) & mask)
    return left << half | right


@dataclass(frozen=True, slots=True)
class Pace:
    """How many may come in, reckoned up to a moment."""

    served: int
    served_at: datetime


def call(pace: Pace, *, joined: int, per_minute: int, room: int | None, at: datetime) -> Pace:
    """Call those whose turn it is by now.

    Never more than are in line, than ``room`` (None: no limit inside), or than ten seconds' worth at
    once. A clock that was set back starts to count anew.
    """
    elapsed = at - pace.served_at
    credit = int(min(elapsed, LONGEST_CREDIT) / timedelta(minutes=1) * per_minute)
    if elapsed >= timedelta() and credit == 0:
        return pace
    called = max(0, min(credit, joined - pace.served, credit if room is None else room))
    if called == credit > 0 and elapsed <= LONGEST_CREDIT:
        spent = called * timedelta(minutes=1) / per_minute
        return Pace(pace.served + called, pace.served_at + spent)
    return Pace(pace.served + called, at)
