"""Which of the parts that are handed on a winner needs: the oldest, and no more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandedOn:
    """A part that may be taken, and the units by bucket that come free with it."""

    handover_id: int
    units: Mapping[int, int]


def missing(wants: Mapping[int, int], room: Mapping[int, int]) -> dict[int, int]:
    """What a wish lacks by bucket; a bucket without a count has room for all."""
    lacks = {bucket: n - max(0, room.get(bucket, n)) for bucket, n in wants.items()}
    return {bucket: units for bucket, units in lacks.items() if units > 0}


def needed(lacks: Mapping[int, int], offered: Sequence[HandedOn]) -> list[HandedOn] | None:
    """Of what is handed on, oldest first, as much as is lacking and none without need; None: too little."""
    chosen = list[HandedOn]()
    for one in offered:
        left = _without(lacks, chosen)
        if any(left.get(bucket, 0) > 0 for bucket in one.units):
            chosen.append(one)
    if _without(lacks, chosen):
        return None
    for one in list(chosen):
        others = [other for other in chosen if other is not one]
        if not _without(lacks, others):
            chosen = others
    return chosen


def _without(lacks: Mapping[int, int], chosen: Sequence[HandedOn]) -> dict[int, int]:
    left = {b: n - sum(one.units.get(b, 0) for one in chosen) for b, n in lacks.items()}
    return {bucket: units for bucket, units in left.items() if units > 0}
