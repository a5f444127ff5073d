"""Timed-entry tickets as the core sees them. Kind "ticket"; a ref is the id of an entry time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bookings import terms
from bookings.contracts import (
    Answer,
    Ask,
    Claim,
    Done,
    Entitlement,
    Facts,
    Listing,
    Offer,
    Outcome,
    Part,
    Refused,
)
from bookings.orders.models import Line
from kernel.errors import Refusal
from tourism.tickets import listings, offers, queries
from tourism.tickets import operations as tickets


class Ticket:
    """Sells admission to scenic areas by entry time."""

    kind = offers.KIND

    def browse(
        self, *, region_id: int, supplier_id: int | None, first: date, last: date
    ) -> Sequence[Listing]:
        return listings.browse(region_id=region_id, supplier_id=supplier_id, first=first, last=last)

    def offer(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Answer]:
        return [
            answer if isinstance(answer, Refusal) else (answer,)
            for answer in offers.offer(asks, at=at)
        ]

    def conflicts(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Refusal | None]:
        return tickets.held_that_day(asks)

    def claim(self, *, claims: Sequence[Claim], at: datetime) -> Sequence[Refusal | None]:
        return tickets.admit(claims)

    def fulfil(self, *, lines: Sequence[Line], at: datetime) -> Sequence[Outcome]:
        """Admission; an entry time that was called off before its money came is refused."""
        gone = queries.called_off_among(line.facts["slot_id"] for line in lines)
        return [
            Refused("the entry time was called off")
            if line.facts["slot_id"] in gone
            else Done(tuple(_entitlement(line, part) for part in line.open_parts))
            for line in lines
        ]

    def amend(
        self, *, old: Sequence[Line], new: Sequence[Offer], at: datetime
    ) -> Sequence[Refusal | None]:
        return [tickets.move(line, offer) for line, offer in zip(old, new, strict=True)]

    def withdraw(self, *, lines: Sequence[tuple[Line, Sequence[str]]], at: datetime) -> None:
        tickets.give_up(lines)

    def refundable(self, *, line: Line, part_keys: Sequence[str], at: datetime) -> int:
        """By the frozen ladder; everything, at any time, when the entry time itself was called off."""
        if queries.called_off_among([line.facts["slot_id"]]):
            return sum(part.price_fen for part in line.frozen_parts if part.key in part_keys)
        return sum(
            terms.refund_fen(
                line.frozen_terms, price_fen=part.price_fen, starts_at=line.starts_at, at=at
            )
            for part in line.frozen_parts
            if part.key in part_keys
        )


def _entitlement(line: Line, part: Part) -> Entitlement:
    """What the gate decides from: all of it was frozen when the ticket was sold."""
    frozen: Facts = line.facts
    person = frozen["people"][part.key]
    return Entitlement(
        part_key=part.key,
        zone=frozen["zone"],
        valid_from=datetime.fromisoformat(frozen["entry_from"]),
        valid_until=datetime.fromisoformat(frozen["entry_until"]),
        entries=frozen["entries"],
        traveller_id=part.traveller_id,
        show={
            "title": line.title,
            "class": dict(part.title),
            "age": person["age"],
            "check": person["check"],
        },
    )
