"""The people of an ask: which class each travels in, what each pays, what the gate must look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from bookings.contracts import Demand, Limit, Member, Part, Words
from kernel.errors import Refusal
from kernel.naming import say
from tourism.tickets.facts import ProductFacts
from tourism.tickets.pricing import ADULT, ANNUAL_CARD, Fare, age_on, fare_for
from tourism.tickets.queries import card_holders


class EmptyParty(Refusal):
    status = 400
    message = _("Please say how many people come.")


class UnknownClass(Refusal):
    status = 400
    message = _("%(title)s has no tickets of this class.")


class DocumentMissing(Refusal):
    message = _("%(title)s: %(name)s needs an identity document on file.")


class NoAnnualCard(Refusal):
    message = _("%(title)s: %(name)s has no annual card that is good on this day.")


class SamePersonTwice(Refusal):
    message = _("%(title)s: %(name)s is in this party twice.")


@dataclass(frozen=True, slots=True)
class Person:
    """One member of a party with the class found for them and its price in fen."""

    key: str
    member: Member
    fare: Fare
    age: int | None
    price_fen: int

    def part(self, demands: tuple[Demand, ...], limits: tuple[Limit, ...] = ()) -> Part:
        """The part of an offer that is this person's."""
        return Part(
            key=self.key,
            title=self.fare.name,
            price_fen=self.price_fen,
            class_code=self.fare.code,
            traveller_id=self.member.traveller_id,
            demands=demands,
            limits=limits,
        )

    def frozen(self) -> dict[str, Any]:
        """What the claim and the gate need of this person; never the document itself."""
        check: Words = {} if self.fare.code == ADULT else self.fare.condition
        return {"index": self.member.index, "age": self.age, "check": dict(check)}


def seat(
    facts: ProductFacts, party: Sequence[Member], day: date, fen_by_class: Mapping[str, int]
) -> list[Person] | Refusal:
    """Everybody of a party with class and price on a day, or the first thing wrong with it."""
    if not party:
        return EmptyParty(field="party")
    people: list[Person] = []
    seen: set[str] = set()
    for number, member in enumerate(party, start=1):
        if facts.real_name and member.is_named and not member.index:
            return DocumentMissing(title=say(facts.title), name=member.name)
        if member.index and member.index in seen:
            return SamePersonTwice(title=say(facts.title), name=member.name)
        seen.add(member.index)
        person = _person(facts, member, number, day, fen_by_class)
        if person is None:
            return UnknownClass(field="party", title=say(facts.title))
        people.append(person)
    return _without_card(facts, people, day) or people


def _without_card(facts: ProductFacts, people: Sequence[Person], day: date) -> Refusal | None:
    """Who has chosen the class of annual cards and holds none; who is not named yet is asked later."""
    holders = [person.member for person in people if person.fare.code == ANNUAL_CARD]
    if not facts.real_name and holders and not all(member.index for member in holders):
        return DocumentMissing(title=say(facts.title), name="")
    known = card_holders(facts.area_id, [member.index for member in holders if member.index], day)
    for member in holders:
        if member.is_named and member.index not in known:
            return NoAnnualCard(title=say(facts.title), name=member.name)
    return None


def _person(
    facts: ProductFacts, member: Member, number: int, day: date, fen_by_class: Mapping[str, int]
) -> Person | None:
    age = age_on(member.birth_date, day) if member.birth_date else None
    fare = fare_for(facts.prices.fares, member.class_code, age)
    if fare is None:
        return None
    return Person(f"p{number}", member, fare, age, fen_by_class[fare.code])
