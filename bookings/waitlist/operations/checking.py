"""What a wish would be now: who goes, for how much, out of which buckets; or what is against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.travellers import queries as travellers
from bookings import registry
from bookings.campaigns import queries as campaigns
from bookings.contracts import Answer, Ask, Member, Offer
from bookings.orders import operations as orders
from bookings.waitlist.models import Entry, Wish
from kernel.errors import Refusal


class AboveLimit(Refusal):
    """It costs more by now than the party wants to pay."""

    message = _("It costs %(total_fen)s by now, more than your limit of %(limit_fen)s.")


class AnotherTime(Refusal):
    """It was moved since the party joined: nobody has agreed to the new time."""

    message = _(
        "It was moved to another time than the one you wait for. Join again if it suits you."
    )


@dataclass(frozen=True, slots=True)
class Going:
    """A party in the words of an Ask, and the names whose traveller books it is taken from."""

    kind: str
    party: tuple[tuple[str, int], ...]
    owners: tuple[str, ...]
    channel: str = "own"

    @classmethod
    def of(cls, entry: Entry) -> Going:
        party = tuple((str(code), int(who)) for code, who in entry.party)
        return cls(entry.kind, party, tuple(entry.owners), entry.channel)


@dataclass(frozen=True, slots=True)
class Quote:
    """A wish as it is sold now."""

    ask: Ask
    offers: tuple[Offer, ...]

    @property
    def total_fen(self) -> int:
        return sum(offer.price_fen for offer in self.offers)

    @property
    def demands(self) -> dict[int, int]:
        """Units by bucket."""
        units: dict[int, int] = {}
        for offer in self.offers:
            for demand in offer.all_demands():
                units[demand.bucket_id] = units.get(demand.bucket_id, 0) + demand.units
        return units


def quote(wanted: Sequence[tuple[Going, str]], *, at: datetime) -> list[Quote | Refusal]:
    """Each party's reference as it is sold now, or why not; somebody who holds one already is told.

    One statement for all people, one call to each seller for all prices and one for all conflicts.
    """
    asks = _asks(wanted)
    answers = registry.offer_all(asks, at=at)
    conflicts = registry.conflicts(asks, at=at)
    return [
        conflict or _quote(ask, answer, at)
        for ask, answer, conflict in zip(asks, answers, conflicts, strict=True)
    ]


def verdicts(
    chosen: Sequence[tuple[Entry, Wish]], *, at: datetime
) -> Mapping[int, Quote | Refusal]:
    """By wish: what it is now, at the time that was chosen, for no more than the limit of its entry."""
    quotes = quote([(Going.of(entry), wish.ref) for entry, wish in chosen], at=at)
    return {
        wish.pk: _as_agreed(entry, wish, found)
        for (entry, wish), found in zip(chosen, quotes, strict=True)
    }


def _as_agreed(entry: Entry, wish: Wish, found: Quote | Refusal) -> Quote | Refusal:
    if isinstance(found, Refusal):
        return found
    if found.offers[0].starts_at != wish.starts_at:
        return AnotherTime()
    if found.total_fen > entry.limit_fen:
        return AboveLimit(total_fen=found.total_fen, limit_fen=entry.limit_fen)
    return found


def _quote(ask: Ask, answer: Answer, at: datetime) -> Quote | Refusal:
    """By what everybody gets: placing prices it the same way."""
    if isinstance(answer, Refusal):
        return answer
    rules = campaigns.published_rules(answer[0].region_id, at=at)
    return Quote(ask, campaigns.price(answer, rules).offers)


def _asks(wanted: Sequence[tuple[Going, str]]) -> list[Ask]:
    ids = {who for going, _ref in wanted for _code, who in going.party} - {0}
    owners = {owner for going, _ref in wanted for owner in going.owners}
    book = {p.traveller_id: p for p in travellers.people(ids=ids, actors=owners)}
    return [
        Ask(going.kind, ref, _party(going, book), channel=going.channel) for going, ref in wanted
    ]


def _party(going: Going, book: Mapping[int, travellers.Person]) -> tuple[Member, ...]:
    people = ((code, book.get(who)) for code, who in going.party)
    return tuple(
        orders.member_of(code, person if person and person.owner in going.owners else None)
        for code, person in people
    )
