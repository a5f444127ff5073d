"""What a campaign would do to real prices, before it is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings import registry
from bookings.campaigns import queries
from bookings.campaigns.models import Campaign
from bookings.campaigns.rules import Item, Rule
from bookings.contracts import Ask, Listing, Member, Offer
from kernel.errors import Refusal
from kernel.naming import say

_AHEAD = timedelta(days=14)
_PARTIES = (1, 2, 4, 8)
_MOST = 6


@dataclass(frozen=True, slots=True)
class Example:
    """So many people for one thing: what they pay now and with the campaign, in fen."""

    title: str
    people: int
    before_fen: int
    after_fen: int

    @property
    def less_fen(self) -> int:
        return self.before_fen - self.after_fen


def examples(campaign: Campaign, *, at: datetime) -> list[Example]:
    """Some of what is on sale in the next days and the campaign is for, for parties of several sizes."""
    rule = queries.rule_of(campaign, budget_fen=campaign.budget_fen or 0)
    standing = queries.published_rules(campaign.region_id, at=at)
    others = [each for each in standing if each.code != _code_before(campaign)]
    found = []
    for listing in _listings(campaign, rule, at):
        for people in sorted({*_PARTIES, *(step.of for step in campaign.steps)}):
            offers = _offers(listing, people, at)
            if offers:
                found.append(_example(listing, people, offers, others, rule))
    return found


def _example(
    listing: Listing, people: int, offers: Sequence[Offer], others: Sequence[Rule], rule: Rule
) -> Example:
    before = queries.price(offers, others).offers
    after = queries.price(offers, [*others, rule]).offers
    return Example(
        say(listing.title),
        people,
        sum(offer.price_fen for offer in before),
        sum(offer.price_fen for offer in after),
    )


def _code_before(campaign: Campaign) -> str:
    return campaign.before.code if campaign.before is not None else ""


def _listings(campaign: Campaign, rule: Rule, at: datetime) -> list[Listing]:
    """One of each title, the first that is still to come."""
    first = campaign.region.local_date(at)
    seen: dict[str, Listing] = {}
    for seller in registry.list_all():
        if rule.scope.kinds and seller.kind not in rule.scope.kinds:
            continue
        for listing in seller.browse(
            region_id=campaign.region_id,
            supplier_id=campaign.supplier_id,
            first=first,
            last=first + _AHEAD,
        ):
            if listing.starts_at > at and rule.scope.holds(_item(listing)):
                seen.setdefault(say(listing.title), listing)
    return list(seen.values())[:_MOST]


def _item(listing: Listing) -> Item:
    return Item(listing.kind, listing.ref, listing.supplier_id, listing.from_fen, listing.place_id)


def _offers(listing: Listing, people: int, at: datetime) -> list[Offer]:
    party = tuple(Member(listing.classes[0]) for _person in range(people))
    [answer] = registry.offer_all([Ask(listing.kind, listing.ref, party)], at=at)
    return [] if isinstance(answer, Refusal) else list(answer)
