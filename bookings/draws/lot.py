"""The lot itself: pure, and the same as the stand-alone script of docs/algorithms/draws.md."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """One entry of the published list."""

    number: str
    size: int


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its rank, from 1, and whether it won.

    ``step``: 0 for who won in the draw, n for whom the n-th places came to that were not taken; None for
    who has not won.
    """

    number: str
    rank: int
    has_won: bool
    step: int | None


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, as 64 hex letters."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(parties: Sequence[Party]) -> str:
    """The hash of the list: one line "number size" an entry, by number, joined by line feeds."""
    lines = sorted(f"{party.number} {party.size}" for party in parties)
    return sha256("\n".join(lines))


def drawn(
    parties: Sequence[Party],
    *,
    seed: str,
    list_hash: str,
    public_value: str,
    places: int,
    not_taken: Sequence[str] = (),
) -> list[Placed]:
    """Everybody by lot; whole parties win while they fit, one that does not is passed over.

    ``not_taken``: the numbers of winners who did not take their places, one after the other. After each
    the order is gone through once more, from its beginning, for those who have not won.
    """
    order = sorted(
        parties, key=lambda p: sha256("|".join((seed, list_hash, public_value, p.number)))
    )
    sizes = {party.number: party.size for party in parties}
    left, steps = places, {}
    for step, back in enumerate(("", *not_taken)):
        left += sizes.get(back, 0)
        for party in order:
            if party.number not in steps and party.size <= left:
                steps[party.number] = step
                left -= party.size
    return [
        Placed(party.number, rank, party.number in steps, steps.get(party.number))
        for rank, party in enumerate(order, start=1)
    ]
