"""The published rule: by rank, whoever fits. A pure function, see docs/algorithms/waitlist.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A wish of somebody who waits: units by bucket, of all the lines it stands in."""

    entry_id: int
    position: int
    wish_id: int
    needs: Mapping[int, int]

    @property
    def rank(self) -> tuple[int, int]:
        """Entries by the order of joining, of one entry the wishes by preference."""
        return self.entry_id, self.position


@dataclass(frozen=True, slots=True)
class Pick:
    """It is theirs. ``free`` is what each bucket that gave had before, for whoever was passed over."""

    entry_id: int
    wish_id: int
    needs: Mapping[int, int]
    free: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Lack:
    """What came free is enough for this wish, but another bucket of it has no room."""

    entry_id: int
    wish_id: int
    bucket_id: int
    units: int
    free: int


Step = Pick | Lack


def choose(
    candidates: Iterable[Candidate], *, room: Mapping[int, int], given: Collection[int]
) -> list[Step]:
    """Go through those who wait by rank, each by the order of its wishes; the first that fits is theirs.

    ``room`` has the free units of every bucket that a candidate needs, ``given`` the buckets in which
    something came free. A party is served whole or not at all; who needs more than is left of what
    came free is no step here: the picks behind it say so.
    """
    return choose_of_ranked(sorted(candidates, key=lambda c: c.rank), room=room, given=given)


def choose_of_ranked(
    ranked: Iterable[Candidate], *, room: Mapping[int, int], given: Collection[int]
) -> list[Step]:
    """The same of candidates that come by rank already; read no further than something is left."""
    left, steps, served = dict(room), list[Step](), set[int]()
    for one in ranked:
        if not any(left.get(bucket, 0) > 0 for bucket in given):
            break
        if one.entry_id in served:
            continue
        short = [b for b, units in sorted(one.needs.items()) if units > left.get(b, 0)]
        if not short:
            free = {b: left[b] for b in one.needs if b in given}
            steps.append(Pick(one.entry_id, one.wish_id, one.needs, free))
            served.add(one.entry_id)
            for bucket, units in one.needs.items():
                left[bucket] -= units
        elif not any(bucket in given for bucket in short):
            bucket = short[0]
            units = one.needs[bucket]
            steps.append(Lack(one.entry_id, one.wish_id, bucket, units, left.get(bucket, 0)))
    return [s for s in steps if isinstance(s, Pick) or s.entry_id not in served]
