"""Seats on shuttle lines as the core sees them. Kind "shuttle"; a ref is "<run>:<from>:<to>"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bookings import terms
from bookings.contracts import (
    Answer,
    Ask,
    Claim,
    Done,
    Entitlement,
    Listing,
    Offer,
    Outcome,
    Refused,
)
from bookings.orders.models import Line
from kernel.errors import Refusal
from transport.lines import listings, offers, queries
from transport.lines import operations as rides

_EARLY = timedelta(minutes=60)
_LATE = timedelta(minutes=60)


class Shuttle:
    """Sells seats by segment."""

    kind = offers.KIND

    def browse(
        self, *, region_id: int, supplier_id: int | None, first: date, last: date
    ) -> Sequence[Listing]:
        return listings.browse(region_id=region_id, supplier_id=supplier_id, first=first, last=last)

    def offer(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Answer]:
        return offers.offer(asks, at=at)

    def conflicts(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Refusal | None]:
        """Nobody is too many on two runs of a day."""
        return [None] * len(asks)

    def claim(self, *, claims: Sequence[Claim], at: datetime) -> Sequence[Refusal | None]:
        return rides.board(claims)

    def fulfil(self, *, lines: Sequence[Line], at: datetime) -> Sequence[Outcome]:
        """Boarding rights; a run that was cancelled before its money came is refused."""
        gone = queries.cancelled_among(line.facts["run_id"] for line in lines)
        return [
            Refused("the run was cancelled")
            if line.facts["run_id"] in gone
            else Done(tuple(_entitlements(line)))
            for line in lines
        ]

    def amend(
        self, *, old: Sequence[Line], new: Sequence[Offer], at: datetime
    ) -> Sequence[Refusal | None]:
        return [rides.move(line, offer) for line, offer in zip(old, new, strict=True)]

    def withdraw(self, *, lines: Sequence[tuple[Line, Sequence[str]]], at: datetime) -> None:
        rides.leave(lines)

    def refundable(self, *, line: Line, part_keys: Sequence[str], at: datetime) -> int:
        """By the frozen ladder; everything, at any time, when the run itself was cancelled."""
        prices = [part.price_fen for part in line.frozen_parts if part.key in part_keys]
        if queries.cancelled_among([line.facts["run_id"]]):
            return sum(prices)
        ladder, starts_at = line.frozen_terms, line.starts_at
        return sum(
            terms.refund_fen(ladder, price_fen=price, starts_at=starts_at, at=at)
            for price in prices
        )


def _entitlements(line: Line) -> list[Entitlement]:
    """One boarding a rider, from an hour before departure until an hour after arrival (a late bus)."""
    return [
        Entitlement(
            part_key=part.key,
            zone=line.facts["zone"],
            valid_from=line.starts_at - _EARLY,
            valid_until=line.ends_at + _LATE,
            traveller_id=part.traveller_id,
            show={
                "title": line.title,
                "class": dict(part.title),
                "from": line.facts["from"],
                "to": line.facts["to"],
            },
        )
        for part in line.open_parts
    ]
