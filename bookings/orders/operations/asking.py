"""What may be sold: every seller's answer to the asks of many requests, and the core's own objections."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.travellers import queries as travellers
from bookings import ceilings, registry
from bookings.campaigns import queries as campaigns
from bookings.campaigns.rules import Rule
from bookings.contracts import Answer, Ask, Member, Offer
from bookings.orders.operations.drafts import PlaceRequest
from bookings.points import queries as points_of
from kernel.errors import Refusal
from kernel.naming import say

MAX_ASKS = 20
MAX_PARTY = 50


class PriceMoved(Refusal):
    """The total is no longer the one the buyer was shown; nothing was placed."""

    code = "price_moved"
    message = _("The price has changed. Please look at the new total before you go on.")


class NamesMissing(Refusal):
    """The supplier asks for the name of every traveller."""

    code = "names_missing"
    message = _("%(title)s: please say who travels.")


class BadRequest(Refusal):
    """The request itself is out of bounds: empty, too many lines or persons."""

    code = "bad_request"
    status = 400
    message = _("An order has 1 to %(lines)s items and at most %(persons)s persons an item.")


@dataclass(frozen=True, slots=True)
class Quoted:
    """The offers of a request in the order of its asks, and the place of the ask each one answers."""

    offers: Sequence[Offer]
    items: Sequence[int]


def ask_sellers(requests: Sequence[PlaceRequest], at: datetime) -> list[Quoted | Refusal]:
    """What every request would buy, or what is against it: ``items`` of a refusal are the asks meant.

    One call to each seller and one read of all coupons, whatever the number of requests; outside any
    transaction.
    """
    bounds = [_out_of_bounds(request) for request in requests]
    sound = [r for r, out in zip(requests, bounds, strict=True) if out is None and not r.offers]
    replies = iter(registry.offer_all(_full_asks(sound), at=at))
    rules = iter(_rules(sound, at))
    return [
        out
        or _as_quoted(request)
        or _sellable(request, [next(replies) for _ask in request.asks], next(rules))
        for request, out in zip(requests, bounds, strict=True)
    ]


def _as_quoted(request: PlaceRequest) -> Quoted | Refusal | None:
    """The offers that a request brings with it; None: they are to be asked for."""
    if not request.offers:
        return None
    return _objection(request, request.offers) or Quoted(request.offers, [0] * len(request.offers))


def _rules(requests: Sequence[PlaceRequest], at: datetime) -> list[list[Rule]]:
    """The campaigns of each request: what everybody gets, and of the buyer's own the coupons that it
    names, and points."""
    published = campaigns.rules_for({_whose(request) for request in requests}, at=at)
    wanted: dict[str, set[int]] = {}
    for request in requests:
        if request.coupon_ids:
            wanted.setdefault(request.actor, set()).update(request.coupon_ids)
    coupons = campaigns.coupons_for(wanted, at=at)
    paying = {(r.actor, r.region_id) for r in requests if r.uses_points}
    points = points_of.standings(paying, at=at)
    return [
        [
            *published[_whose(request)],
            *(
                own.rule
                for coupon_id in request.coupon_ids
                if (own := coupons.get((request.actor, coupon_id)))
                and own.is_good_in(request.region_id)
            ),
            *(
                [points[whose].rule]
                if request.uses_points and (whose := (request.actor, request.region_id)) in points
                else []
            ),
        ]
        for request in requests
    ]


def _whose(request: PlaceRequest) -> tuple[str, int]:
    """Whose campaigns count: those of the buyer's class, or everybody's."""
    return request.actor if request.by_class else "", request.region_id


def member_of(class_code: str, person: travellers.Person | None) -> Member:
    """One seat of a party for somebody from the traveller book, or for nobody yet."""
    if person is None:
        return Member(class_code)
    who = person.traveller_id, person.name, person.masked, person.index, person.birth_date
    return Member(class_code, *who)


def _out_of_bounds(request: PlaceRequest) -> Refusal | None:
    too_big = any(len(ask.party) > MAX_PARTY for ask in request.asks)
    if not 1 <= len(request.asks) <= MAX_ASKS or too_big:
        return BadRequest(lines=MAX_ASKS, persons=MAX_PARTY)
    return None


def _full_asks(requests: Sequence[PlaceRequest]) -> list[Ask]:
    """All asks in order, with everybody whom the buyers' own books know. One statement."""
    owners = {owner for request in requests for owner in request.owners}
    ids = {m.traveller_id for r in requests if r.owners for ask in r.asks for m in ask.party}
    book = {p.traveller_id: p for p in travellers.people(ids=ids - {0}, actors=owners)}
    return [_full(ask, r.owners, book) if r.owners else ask for r in requests for ask in r.asks]


def _full(ask: Ask, owners: Collection[str], book: Mapping[int, travellers.Person]) -> Ask:
    """The ask with its people; who stands in another's book is nobody."""
    people = (book.get(member.traveller_id) for member in ask.party)
    party = tuple(
        member_of(member.class_code, person if person and person.owner in owners else None)
        for member, person in zip(ask.party, people, strict=True)
    )
    return Ask(ask.kind, ask.ref, party, ask.quantity, ask.channel, ask.options)


def _sellable(
    request: PlaceRequest, answers: Sequence[Answer], rules: Sequence[Rule]
) -> Quoted | Refusal:
    refused = {n: answer for n, answer in enumerate(answers) if isinstance(answer, Refusal)}
    if refused:
        return next(iter(refused.values())).about(refused)
    offered = [(n, o) for n, answer in enumerate(answers) for o in _offers(answer)]
    offers = campaigns.price([offer for _n, offer in offered], rules).offers
    return _objection(request, offers) or Quoted(offers, [n for n, _offer in offered])


def below_ceilings(answers: Sequence[Quoted | Refusal], at: datetime) -> list[Quoted | Refusal]:
    """The answers with what stands above the sellers: its buckets, or why something is not sold."""
    offers = [o for answer in answers if isinstance(answer, Quoted) for o in answer.offers]
    replies = iter(ceilings.counted(offers, at=at))
    return [
        answer
        if isinstance(answer, Refusal)
        else _below(answer, [next(replies) for _offer in answer.offers])
        for answer in answers
    ]


def _below(answer: Quoted, replies: Sequence[Offer | Refusal]) -> Quoted | Refusal:
    refused = {n: r for n, r in zip(answer.items, replies, strict=True) if isinstance(r, Refusal)}
    if refused:
        return next(iter(refused.values())).about(refused)
    return replace(answer, offers=[reply for reply in replies if isinstance(reply, Offer)])


def _offers(answer: Answer) -> Sequence[Offer]:
    return () if isinstance(answer, Refusal) else answer


def _objection(request: PlaceRequest, offers: Sequence[Offer]) -> Refusal | None:
    """Why these offers may not be sold to this request, if so."""
    total = sum(offer.price_fen for offer in offers)
    if total != request.shown_total_fen:
        return PriceMoved(shown_fen=request.shown_total_fen, total_fen=total)
    for offer in offers:
        if offer.region_id != request.region_id:
            return registry.UnknownKind(field="ref")
        names_are_due = offer.needs_names and not request.names_follow
        if names_are_due and not offer.is_named:
            return NamesMissing(title=say(offer.title))
    return None
