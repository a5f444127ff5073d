"""What one can wait for beside the thing one came for: its seller's times around that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings import registry
from bookings.contracts import Ask, Listing, Member, Offer
from kernel.errors import Refusal
from kernel.naming import say
from kernel.places.models import Region

DAYS_AROUND = timedelta(days=1)
MOST_LEFT = 10
"""Where more is left, nobody's party needs to wait."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class that can be asked for, by its code, with its price in fen."""

    code: str
    name: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody came for (``wanted``), the times that would do as well, and the classes."""

    wanted: Offer
    times: tuple[Listing, ...]
    classes: tuple[Class, ...]

    @property
    def needs_names(self) -> bool:
        return self.wanted.needs_names

    def refs(self, chosen: Sequence[str]) -> tuple[str, ...]:
        """The chosen references by preference: what one came for, then by time."""
        ordered = [self.wanted.ref, *(each.ref for each in self.times)]
        return tuple(dict.fromkeys(ref for ref in ordered if ref in chosen))


def options_of(*, region: Region, kind: str, ref: str, at: datetime) -> Options:
    """What can be waited for around a reference.

    :raises Refusal: the seller's own: there is no such thing here, or it is over.
    """
    [answer] = registry.offer_in(region.pk, [Ask(kind, ref, (Member(),))], at=at)
    if isinstance(answer, Refusal):
        raise answer
    wanted = answer[0]
    day = region.local_date(wanted.starts_at)
    found = registry.get(kind).browse(
        region_id=region.pk,
        supplier_id=wanted.supplier_id,
        first=day - DAYS_AROUND,
        last=day + DAYS_AROUND,
    )
    listed = next((each for each in found if each.ref == ref), None)
    if listed is None:
        # A part of what is listed, some stops of a ride: nothing listed would do as well.
        return Options(wanted, (_listing(wanted),), _classes(kind, ref, ("",), at))
    times = tuple(each for each in found if _would_do(each, wanted, at))
    return Options(wanted, times, _classes(kind, ref, listed.classes, at))


def _would_do(each: Listing, wanted: Offer, at: datetime) -> bool:
    is_there = each.place_id == wanted.place_id and each.title == wanted.title
    return is_there and each.starts_at > at and (each.left < MOST_LEFT or each.ref == wanted.ref)


def _listing(wanted: Offer) -> Listing:
    return Listing(
        kind=wanted.kind,
        ref=wanted.ref,
        title=wanted.title,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        from_fen=wanted.parts[0].price_fen,
        left=0,
        supplier_id=wanted.supplier_id,
        place_id=wanted.place_id,
        is_sample=wanted.is_sample,
        subtitle=wanted.subtitle,
    )


def _classes(kind: str, ref: str, codes: Sequence[str], at: datetime) -> tuple[Class, ...]:
    asks = [Ask(kind, ref, (Member(code),)) for code in codes]
    answers = registry.offer_all(asks, at=at)
    return tuple(
        Class(code, say(answer[0].parts[0].title), answer[0].price_fen)
        for code, answer in zip(codes, answers, strict=True)
        if not isinstance(answer, Refusal)
    )
