"""The nightly proof that a price does not depend on who asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle, islice

from bookings import registry
from bookings.contracts import Answer, Ask, Listing, Member
from bookings.pricing.groups import price_together
from bookings.pricing.models import PriceAudit
from kernel.errors import Refusal
from kernel.places.models import Region

logger = logging.getLogger(__name__)

PAIRS = 1000
AHEAD = timedelta(days=7)
MOST_EXAMPLES = 20
_AT_ONCE = 100

Prices = tuple[tuple[str, int], ...]
"""What was asked of whom: class and fen, part by part; empty where nothing was offered."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same thing at the same time for the same class, asked by two who differ in all else."""

    one: Ask
    other: Ask


def audit_prices(*, at: datetime, pairs: int = PAIRS) -> PriceAudit:
    """Ask every seller for real things on behalf of pairs of buyers, and record whether prices differ.

    Differences are logged as errors. One row a run, whatever it finds.
    """
    asked = list(islice(_pairs(at), pairs))
    found = [prices for start in range(0, len(asked), _AT_ONCE)
             for prices in _answers(asked[start : start + _AT_ONCE], at)]  # fmt: skip
    odd = [
        f"{pair.one.kind} {pair.one.ref}: {one} / {other}"
        for pair, (one, other) in zip(asked, found, strict=True)
        if one != other
    ]
    made = PriceAudit.objects.create(
        made_at=at,
        pairs=len(asked),
        unpriced=sum(not one and not other for one, other in found),
        differing=len(odd),
        examples="\n".join(odd[:MOST_EXAMPLES]),
    )
    if not made.is_clean:
        logger.error("prices_differ_by_buyer", extra={"pairs": made.pairs, "differing": len(odd)})
    return made


def _pairs(at: datetime) -> Iterator[_Pair]:
    """Pairs over all that is on sale, again and again with other people; another part every night."""
    things = [
        (listing, code)
        for region in Region.objects.filter(is_open=True).order_by("pk")
        for listing in _on_sale(region, at)
        for code in listing.classes
    ]
    step = max(len(things) // PAIRS, 1)
    chosen = things[at.date().toordinal() % step :: step]
    for number, (listing, code) in enumerate(cycle(chosen)):
        yield _Pair(
            *(Ask(listing.kind, listing.ref, (_somebody(number, who, code),)) for who in (0, 1))
        )


def _on_sale(region: Region, at: datetime) -> list[Listing]:
    first = region.local_date(at)
    return [
        listing
        for seller in registry.list_all()
        for listing in seller.browse(
            region_id=region.pk, supplier_id=None, first=first, last=first + AHEAD
        )
        if listing.starts_at > at
    ]


def _somebody(number: int, who: int, class_code: str) -> Member:
    """One of two grown-ups with nothing in common but the class that they ask for."""
    serial = 2 * number + who + 1
    return Member(
        class_code=class_code,
        traveller_id=serial,
        name=("张核查", "Casey Audit")[who],
        masked=("3410**********0011", "E*****22")[who],
        index=f"audit-{serial}",
        birth_date=date(1980 + 9 * who, 1 + number % 12, 1 + 3 * who),
    )


def _answers(pairs: Sequence[_Pair], at: datetime) -> list[tuple[Prices, Prices]]:
    """What each of a pair would pay. The two are asked in calls of their own."""
    ones = registry.offer_all([pair.one for pair in pairs], at=at)
    others = registry.offer_all([pair.other for pair in pairs], at=at)
    return [(_prices(one), _prices(other)) for one, other in zip(ones, others, strict=True)]


def _prices(answer: Answer) -> Prices:
    if isinstance(answer, Refusal):
        return ()
    return tuple((p.class_code, p.price_fen) for o in price_together(answer) for p in o.parts)
