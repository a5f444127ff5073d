"""The cart as it would be sold now: every item with the seller's offer or refusal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeGuard

from accounts.travellers import queries as travellers
from bookings import registry
from bookings.baskets import queries as baskets
from bookings.baskets.models import Basket, Item
from bookings.campaigns import queries as campaigns
from bookings.campaigns.rules import Rule
from bookings.checkout import discounts, instead
from bookings.checkout.due import DueNow, due_now
from bookings.classes import ON_A_LAP, has_name, is_beside
from bookings.contracts import Answer, Ask, Listing, Member, Offer, Part
from bookings.inventory import queries as inventory
from bookings.inventory.models import Channel
from bookings.orders import operations as orders
from bookings.orders import queries as orders_of
from bookings.orders.models import Order
from bookings.points import queries as points_of
from bookings.pricing.telling import counted
from kernel.errors import Refusal
from kernel.naming import say
from kernel.places.models import Region


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to order at once: for the people who are chosen, or ``many`` pieces for nobody by name."""

    kind: str
    ref: str
    many: int = 0

    def ask(self, people: tuple[Member, ...]) -> Ask:
        return Ask(self.kind, self.ref, (Member(),) * self.many or people)


@dataclass(frozen=True, slots=True)
class CartRow:
    """One item of the cart: what it would cost now, or why it cannot be had; by which channel."""

    item: Item
    offers: tuple[Offer, ...]
    refusal: Refusal | None
    channel: str = Channel.OWN.value

    @property
    def offer(self) -> Offer | None:
        return self.offers[0] if self.offers else None

    @property
    def words(self) -> str:
        """What it is, also where it cannot be had."""
        title = self.refusal.facts.get("title", "") if self.refusal else ""
        return "; ".join(say(offer.title) for offer in self.offers) or str(title)

    @property
    def refs(self) -> set[tuple[str, str]]:
        """The kinds and references of the lines that it would become."""
        offered = {(offer.kind, offer.ref) for offer in self.offers}
        return offered or {(self.item.kind, self.item.ref)}

    @property
    def next_ref(self) -> str:
        """The next time with room, where its seller names one."""
        return str(self.refusal.facts.get("next_ref", "")) if self.refusal else ""

    @property
    def next_starts_at(self) -> datetime | None:
        """When that is."""
        when = self.refusal.facts.get("next_starts_at") if self.refusal else None
        return datetime.fromisoformat(when) if when else None

    @property
    def starts_at(self) -> datetime:
        """When it begins; of an item that can be had."""
        return self.offers[0].starts_at

    @property
    def price_fen(self) -> int:
        return sum(offer.price_fen for offer in self.offers)

    @property
    def saved_fen(self) -> int:
        return sum(offer.saved_fen for offer in self.offers)

    @property
    def own_fen(self) -> int:
        """What its people would cost each alone."""
        return self.price_fen + self.saved_fen + self.discount_fen

    @property
    def discount_fen(self) -> int:
        """What campaigns take off."""
        return sum(offer.discount_fen for offer in self.offers)

    @property
    def classes(self) -> str:
        """How many of which class, in words."""
        return counted(say(part.title) for offer in self.offers for part in offer.parts)

    @property
    def needs_names(self) -> bool:
        return any(offer.needs_names for offer in self.offers)

    @property
    def is_named(self) -> bool:
        return all(offer.is_named for offer in self.offers)

    @property
    def people(self) -> int:
        """How many are to be named: luggage that goes along with them has no name."""
        return sum(has_name(code) for code in self.item.classes)


@dataclass(frozen=True, slots=True)
class Cart:
    """Everything in one actor's cart of one region, priced now. Money in fen; names by traveller.

    ``rules`` are the campaigns that were tried, ``discounts`` what became of each, ``coupon_ids`` the
    coupons that are used. ``points`` are what the buyer has, whether ``uses_points`` or not.
    """

    region: Region
    rows: tuple[CartRow, ...]
    request_key: str
    traveller_ids: tuple[int, ...]
    names: Mapping[int, str] = field(default_factory=dict)
    parent: Order | None = None
    rules: tuple[Rule, ...] = ()
    discounts: tuple[discounts.Row, ...] = ()
    points: points_of.Standing | None = None
    uses_points: bool = False

    @property
    def coupon_ids(self) -> tuple[int, ...]:
        """The coupons that make it cheaper."""
        return tuple(row.coupon_id for row in self.discounts if row.coupon_id and row.is_applied)

    @property
    def discount_fen(self) -> int:
        """What campaigns take off."""
        return sum(row.discount_fen for row in self.rows)

    @property
    def total_fen(self) -> int:
        return sum(row.price_fen for row in self.rows)

    @property
    def due(self) -> DueNow:
        """What is asked for at once for all that can be had."""
        return due_now(offer for row in self.rows for offer in row.offers)

    @property
    def saved_fen(self) -> int:
        """What family and group prices make it cheaper."""
        return sum(row.saved_fen for row in self.rows)

    @property
    def sold_rows(self) -> list[CartRow]:
        """What can be had."""
        return [row for row in self.rows if row.offers]

    @property
    def refused_rows(self) -> list[CartRow]:
        """What cannot be had any more."""
        return [row for row in self.rows if row.refusal]

    @property
    def is_sellable(self) -> bool:
        return bool(self.rows) and all(row.refusal is None for row in self.rows)

    @property
    def lacks_names(self) -> bool:
        return any(row.needs_names and not row.is_named for row in self.rows)

    @property
    def party_size(self) -> int:
        return max((row.people for row in self.rows), default=0)

    @property
    def is_sample(self) -> bool:
        return any(offer.is_sample for row in self.rows for offer in row.offers)


def cart_of(
    *,
    actors: Collection[str],
    actor: str,
    region: Region,
    at: datetime,
    counter_of: int | None = None,
) -> Cart:
    """Price an actor's cart; ``actors`` are all the names under which the buyer's people are kept.

    ``counter_of`` is the organisation at whose counter it is sold, if it is: what the clerk has as a
    buyer (class, coupons, points) makes nothing cheaper there.
    """
    buyer = actor if counter_of is None else ""
    basket = baskets.find(actor=actor, region_id=region.pk)
    items = baskets.items_of(basket)
    asks = asks_of(items, actors)
    if counter_of is not None:
        asks = at_counter(asks, counter_of, at)
    answers = _with_room(registry.offer_in(region.pk, asks, at=at), region, at)
    published = campaigns.rules_for({(buyer, region.pk)}, at=at)[buyer, region.pk]
    off = set(basket.unused_coupons) if basket else set()
    has_own = bool(items and buyer)
    coupons = campaigns.own_coupons(actors=[buyer], region_id=region.pk, at=at) if has_own else []
    points = points_of.standing(buyer, region.pk, at=at) if has_own else None
    uses_points = basket is not None and basket.uses_points and points is not None
    rules = [*published, *(o.rule for o in coupons if o.is_good and o.coupon.pk not in off)]
    rules += [points.rule] if points is not None and uses_points else []
    priced = campaigns.price(_offers(answers), rules)
    answers = _together(answers, priced.offers)
    return Cart(
        region=region,
        rows=tuple(
            _row(item, answer, ask.channel)
            for item, answer, ask in zip(items, answers, asks, strict=True)
        ),
        request_key=basket.request_key if basket else "",
        traveller_ids=tuple(basket.traveller_ids) if basket else (),
        names={m.traveller_id: m.name for ask in asks for m in ask.party if m.is_named},
        parent=_parent_of(basket),
        rules=tuple(rules),
        discounts=tuple(discounts.rows_of(priced, coupons, off)),
        points=points,
        uses_points=uses_points,
    )


def _parent_of(basket: Basket | None) -> Order | None:
    """The paid order that the cart is added to."""
    return orders_of.by_id(basket.parent_id) if basket and basket.parent_id else None


def classes_of(listing: Listing, *, at: datetime, channel: str = Channel.OWN.value) -> list[Part]:
    """The classes that a listing publishes, each as the seller offers it to one person now; what only
    goes along as it is offered beside somebody."""
    asks = [
        Ask(listing.kind, listing.ref, _alone(code, listing), channel=channel)
        for code in listing.classes
    ]
    return [offer.parts[-1] for offer in _offers(registry.offer_all(asks, at=at))]


def _alone(code: str, listing: Listing) -> tuple[Member, ...]:
    """One person of a class, and before what cannot go alone somebody to go with."""
    people = [each for each in listing.classes if not is_beside(each)]
    return tuple(Member(each) for each in (*(people[:1] if is_beside(code) else ()), code))


def price_of(asks: Sequence[Ask], *, rules: Sequence[Rule], at: datetime) -> int | None:
    """What these asks cost together now by these campaigns, in fen; None where one cannot be had."""
    answers = registry.offer_all(asks, at=at)
    if any(isinstance(answer, Refusal) for answer in answers):
        return None
    return sum(offer.price_fen for offer in campaigns.price(_offers(answers), rules).offers)


def _with_room(answers: Sequence[Answer], region: Region, at: datetime) -> list[Answer]:
    """What is sold out by now is answered so, with the next time that has room.

    A glance, in one statement where all of it has room: placing decides.
    """
    left = inventory.left(d.bucket_id for o in _offers(answers) for d in o.all_demands())
    return [
        answer if isinstance(answer, Refusal) else _sold_out(answer, left, region, at) or answer
        for answer in answers
    ]


def _sold_out(
    offers: Sequence[Offer], left: Mapping[int, int], region: Region, at: datetime
) -> Refusal | None:
    found = _lack(offers, left)
    if found is None:
        return None
    offer, units = found
    facts = instead.facts_of(offer, region=region, at=at) if len(offers) == 1 else {}
    return orders.SoldOut(title=say(offer.title), left=max(units, 0), **facts)


def _together(answers: Sequence[Answer], priced: Sequence[Offer]) -> list[Answer]:
    """The same answers with their offers as they are priced together."""
    offers = iter(priced)
    return [
        answer if isinstance(answer, Refusal) else tuple(next(offers) for _offer in answer)
        for answer in answers
    ]


def _offers(answers: Sequence[Answer]) -> list[Offer]:
    return [offer for answer in answers if not isinstance(answer, Refusal) for offer in answer]


def _lack(offers: Sequence[Offer], left: Mapping[int, int]) -> tuple[Offer, int] | None:
    """The first of them that has too little room, and how much that is."""
    for offer in offers:
        for demand in offer.all_demands():
            if demand.units > (units := left.get(demand.bucket_id, 0)):
                return offer, units
    return None


def asks_of(items: Sequence[Item], actors: Collection[str]) -> list[Ask]:
    """The items as Asks; a person who is not in the actors' own book counts as nobody."""
    ids = {traveller_id for item in items for traveller_id in item.people if traveller_id}
    known = {p.traveller_id: p for p in travellers.people(ids=ids, actors=actors)}
    return [
        Ask(kind=item.kind, ref=item.ref, party=_party(item, known), quantity=item.quantity)
        for item in items
    ]


def asks_for(
    items: Sequence[Wanted], people: Mapping[int, str], actors: Collection[str]
) -> list[Ask]:
    """One Ask an item; those for people are all for the same: class code by traveller id."""
    known = {p.traveller_id: p for p in travellers.people(ids=people.keys(), actors=actors)}
    party = tuple(orders.member_of(code, known.get(who)) for who, code in people.items())
    return [item.ask(party) for item in items]


def _party(item: Item, known: Mapping[int, travellers.Person]) -> tuple[Member, ...]:
    """Who travels in which class, in the order in which they were chosen; the youngest on the laps."""
    chosen = list(item.people)
    if ON_A_LAP in item.classes and all(who in known for who in chosen):
        chosen.sort(key=lambda who: known[who].birth_date)
    people = [*chosen, *[0] * (len(item.classes) - len(chosen))]
    return tuple(
        orders.member_of(class_code, known.get(traveller_id))
        for class_code, traveller_id in zip(item.classes, people, strict=False)
    )


def at_counter(asks: Sequence[Ask], organisation_id: int, at: datetime) -> list[Ask]:
    """What is the counter's own, by its channel; where that has no room (any more), as on this site."""
    there = [replace(ask, channel=Channel.COUNTER.value) for ask in asks]
    answers = registry.offer_all(there, at=at)
    left = inventory.left(d.bucket_id for o in _offers(answers) for d in o.all_demands())
    return [
        by_counter if _is_sold_by(answer, organisation_id) and not _lack(answer, left) else ask
        for ask, by_counter, answer in zip(asks, there, answers, strict=True)
    ]


def _is_sold_by(answer: Answer, organisation_id: int) -> TypeGuard[tuple[Offer, ...]]:
    return not isinstance(answer, Refusal) and all(
        offer.supplier_id == organisation_id for offer in answer
    )


def _row(item: Item, answer: Answer, channel: str) -> CartRow:
    if isinstance(answer, Refusal):
        return CartRow(item=item, offers=(), refusal=answer, channel=channel)
    return CartRow(item=item, offers=answer, refusal=None, channel=channel)
