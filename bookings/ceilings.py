"""Limits that stand above several sellers: what else a sale takes a unit of, though no seller counts it.

A house above the sellers registers a provider from its AppConfig.ready(). It names Buckets; the core
takes them with all others, in one statement, and gives them back with the part.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bookings.contracts import Demand, Offer
from kernel.errors import Refusal


class Ceiling(Protocol):
    """One house's limit."""

    def above(
        self, *, offers: Sequence[Offer], at: datetime
    ) -> Sequence[Collection[int] | Refusal]:
        """Per offer the buckets of which each of its parts takes a unit, or why it is not sold at all.

        Outside any transaction, or before it has locked a bucket; few statements, none where no limit
        stands.
        """

    def owned(self, bucket_ids: Collection[int]) -> Collection[int]:
        """Those of these buckets that are of this limit."""

    def refusal(self, *, bucket_id: int, title: str) -> Refusal | None:
        """How it is said that one of its buckets has no room; None: it is another's."""


_ceilings: dict[str, Ceiling] = {}


def register(ceiling: Ceiling, *, label: str) -> None:
    """Add a limit. A second one with the same label is a mistake and raises."""
    if label in _ceilings:
        raise ValueError(f"the ceiling {label!r} is registered twice")
    _ceilings[label] = ceiling


def counted(offers: Sequence[Offer], *, at: datetime) -> list[Offer | Refusal]:
    """The offers with the buckets of all ceilings among their parts' demands, in their order."""
    found: list[Offer | Refusal] = list(offers)
    for label in sorted(_ceilings):
        answers = _ceilings[label].above(offers=offers, at=at)
        for number, answer in enumerate(answers):
            so_far = found[number]
            if isinstance(so_far, Offer):
                found[number] = answer if isinstance(answer, Refusal) else _with(so_far, answer)
    return found


def counted_anew(offer: Offer, *, at: datetime) -> Offer | Refusal:
    """An offer whose parts still have the buckets of another time: with those of its own time instead."""
    given = {demand.bucket_id for part in offer.parts for demand in part.demands}
    old = {pk for each in _ceilings.values() for pk in each.owned(given)}
    parts = tuple(
        replace(part, demands=tuple(each for each in part.demands if each.bucket_id not in old))
        for part in offer.parts
    )
    [answer] = counted([replace(offer, parts=parts)], at=at)
    return answer


def refusal(*, bucket_id: int, title: str) -> Refusal | None:
    """How the ceiling that a bucket belongs to says that it has no room."""
    said = (each.refusal(bucket_id=bucket_id, title=title) for each in _ceilings.values())
    return next((one for one in said if one is not None), None)


def _with(offer: Offer, bucket_ids: Collection[int]) -> Offer:
    if not bucket_ids:
        return offer
    above = tuple(Demand(bucket_id) for bucket_id in sorted(bucket_ids))
    return replace(
        offer, parts=tuple(replace(part, demands=(*part.demands, *above)) for part in offer.parts)
    )
