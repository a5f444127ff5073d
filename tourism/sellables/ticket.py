"""What scenic areas sell, as the core sees it: admission, rides, services. A ref is an entry time's id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    Member,
    Offer,
    Outcome,
    Part,
    Reentry,
    Refused,
    Renamed,
    Words,
)
from bookings.orders.models import Line
from kernel.errors import Refusal
from tourism.tickets import addons, fairness, kinds, listings, offers, queries
from tourism.tickets import operations as tickets
from tourism.tickets.models import ProductKind


class OfAreas:
    """Sells one kind of product of scenic areas by entry time."""

    kind: str
    sells: ProductKind

    def browse(
        self, *, region_id: int, supplier_id: int | None, first: date, last: date
    ) -> Sequence[Listing]:
        return listings.browse(
            self.sells, region_id=region_id, supplier_id=supplier_id, first=first, last=last
        )

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
        """Their vouchers; an entry time that was called off before its money came is refused.

        So is a ticket for a person who became another one in the book since it was offered: nobody has
        checked the new one.
        """
        gone = queries.called_off_among(line.facts["slot_id"] for line in lines)
        others = tickets.not_as_sold(lines)
        extras = addons.beside(lines)
        return [
            Refused("the entry time was called off")
            if line.facts["slot_id"] in gone
            else Refused("the traveller's document is another one now")
            if line.pk in others
            else Done(_entitlements(line, extras.get(line.pk, ())))
            for line in lines
        ]

    def amend(
        self, *, old: Sequence[Line], new: Sequence[Offer], at: datetime
    ) -> Sequence[Refusal | None]:
        return [tickets.move(line, offer) for line, offer in zip(old, new, strict=True)]

    def rename(
        self, *, line: Line, part_key: str, member: Member, at: datetime
    ) -> Renamed | Refusal:
        """For somebody else, as it would be offered to them; their place is claimed as in an order."""
        person = offers.seat_for(line.kind, line.ref, member)
        if isinstance(person, Refusal):
            return person
        people = {**line.facts["people"], part_key: person.people}
        facts = {**line.facts, "people": people}
        refusal = fairness.refuse_resting(line, part_key, member, at=at)
        refusal = refusal or tickets.rename(line, part_key, facts)
        return refusal or Renamed(replace(person.part, key=part_key), facts)

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


class Ticket(OfAreas):
    """Admission to scenic areas."""

    kind, sells = kinds.TICKET, ProductKind.ADMISSION


class Ride(OfAreas):
    """Rides of cableways and inner shuttles."""

    kind, sells = kinds.RIDE, ProductKind.LIFT


class Service(OfAreas):
    """What is lent or given for a price: guides, wheelchairs, pushchairs."""

    kind, sells = kinds.SERVICE, ProductKind.ADDON


def _entitlements(line: Line, extras: tuple[Words, ...]) -> tuple[Entitlement, ...]:
    """One a person; what was bought beside it stands with the first."""
    given = (extras if number == 0 else () for number, _part in enumerate(line.open_parts))
    return tuple(
        _entitlement(line, part, mine) for part, mine in zip(line.open_parts, given, strict=True)
    )


def _entitlement(line: Line, part: Part, extras: tuple[Words, ...]) -> Entitlement:
    """What the gate decides from: all of it was frozen when the ticket was sold."""
    frozen: Facts = line.facts
    person = frozen["people"][part.key]
    return Entitlement(
        part_key=part.key,
        zone=frozen["zone"],
        valid_from=datetime.fromisoformat(frozen["entry_from"]),
        valid_until=datetime.fromisoformat(frozen["entry_until"]),
        entries=frozen["entries"],
        doors_in=tuple(frozen.get("doors_in", ())),
        doors_out=tuple(frozen.get("doors_out", ())),
        rule=Reentry(frozen.get("reentry", Reentry.COUNTED)),
        reentry_days=frozen.get("reentry_days", 0),
        traveller_id=part.traveller_id,
        extras=extras,
        show={
            "title": line.title,
            "class": dict(part.title),
            "age": person["age"],
            "check": person["check"],
            **({"by_name": True} if frozen.get("by_name") else {}),
        },
    )
