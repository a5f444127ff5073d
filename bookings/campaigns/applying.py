"""Offers with their campaigns: the best rules found, and what they take off written into the parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bookings.campaigns import rules as campaigns
from bookings.campaigns.rules import Applied, Item, Rule
from bookings.contracts import Demand, Discount, Offer, Part, Payer
from bookings.pricing.groups import charge_less
from kernel.money import split

_Place = tuple[int, int]
"""The number of an offer, and of a part in it."""


class Why(StrEnum):
    """Why a rule takes nothing off."""

    NOTHING_FITS = "NOTHING_FITS"
    TOO_LITTLE = "TOO_LITTLE"
    NOT_TOGETHER = "NOT_TOGETHER"
    SAVES_NO_MORE = "SAVES_NO_MORE"


@dataclass(frozen=True, slots=True)
class Unused:
    """A rule that does not stand, and why; of TOO_LITTLE how many fen are missing."""

    rule: Rule
    why: Why
    missing_fen: int = 0
    instead: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Discounted:
    """The offers of one request with what campaigns take off, and which those are."""

    offers: tuple[Offer, ...]
    applied: tuple[Applied, ...] = ()
    unused: tuple[Unused, ...] = ()


def discount(offers: Sequence[Offer], rules: Sequence[Rule]) -> Discounted:
    """The offers for the least that these rules allow, in their order.

    Family and group prices come first: the offers have them already. Parts and dues of an offer still
    add up to its price. A metered price is nobody's to discount.
    """
    if not rules:
        return Discounted(tuple(offers))
    places = list(_places(offers))
    items = [_item(offers[n], offers[n].parts[m]) for n, m in places]
    applied = campaigns.best(items, [rule for rule in rules if not rule.is_last])
    applied += _after(items, applied, [rule for rule in rules if rule.is_last])
    standing = {each.rule.code for each in applied}
    return Discounted(
        tuple(_discounted(offers, places, applied)),
        tuple(applied),
        tuple(_why_not(rule, items, applied) for rule in rules if rule.code not in standing),
    )


def _after(
    items: Sequence[Item], standing: Sequence[Applied], rules: Sequence[Rule]
) -> list[Applied]:
    """What the last ones take off what those that stand have left of the prices."""
    left = [item.price_fen for item in items]
    for each in standing:
        left = [fen - off for fen, off in zip(left, each.fen, strict=True)]
    found = []
    for rule in campaigns.in_order(rules):
        if fen := campaigns.apply(rule, items, left):
            left = [a - b for a, b in zip(left, fen, strict=True)]
            found.append(Applied(rule, tuple(fen)))
    return found


def _places(offers: Sequence[Offer]) -> Iterator[_Place]:
    for number, offer in enumerate(offers):
        if all(due.amount_fen is not None for due in offer.dues):
            yield from ((number, place) for place in range(len(offer.parts)))


def _item(offer: Offer, part: Part) -> Item:
    return Item(offer.kind, offer.ref, offer.supplier_id, part.price_fen, offer.place_id)


def _discounted(
    offers: Sequence[Offer], places: Sequence[_Place], applied: Sequence[Applied]
) -> list[Offer]:
    parts = [list(offer.parts) for offer in offers]
    shared: list[list[Demand]] = [[] for _offer in offers]
    for each in applied:
        first = next(place for place, fen in zip(places, each.fen, strict=True) if fen)
        shared[first[0]] += [Demand(bucket_id) for bucket_id in each.rule.buckets]
        units = split(each.rule.budget_units(each.total_fen), each.fen)
        for (n, m), fen, some in zip(places, each.fen, units, strict=True):
            parts[n][m] = _less(parts[n][m], each.rule, fen, some)
    return [
        _priced(offer, tuple(some), tuple(demands))
        for offer, some, demands in zip(offers, parts, shared, strict=True)
    ]


def _less(part: Part, rule: Rule, fen: int, units: int) -> Part:
    """A part for so much less, which so many units of the rule's budget pay."""
    if not fen:
        return part
    by_supplier, by_platform = split(fen, [rule.supplier_permille, 1000 - rule.supplier_permille])
    borne = ((Payer.PLATFORM, by_platform), (Payer.SUPPLIER, by_supplier))
    budget = () if rule.budget_id is None else (Demand(rule.budget_id, units),)
    return replace(
        part,
        price_fen=part.price_fen - fen,
        demands=(*part.demands, *budget),
        discounts=(
            *part.discounts,
            *(
                Discount(rule.code, rule.title, some, payer, rule.buckets, rule.budget_id)
                for payer, some in borne
                if some
            ),
        ),
    )


def _priced(offer: Offer, parts: tuple[Part, ...], demands: tuple[Demand, ...]) -> Offer:
    less_fen = offer.price_fen - sum(part.price_fen for part in parts)
    if not less_fen:
        return offer
    dues = charge_less(offer.dues, less_fen)
    return replace(offer, parts=parts, dues=dues, demands=(*offer.demands, *demands))


def _why_not(rule: Rule, items: Sequence[Item], applied: Sequence[Applied]) -> Unused:
    """The first thing that is in its way, looking at the price before any campaign."""
    prices = [item.price_fen for item in items]
    fits = sum(item.price_fen for item in items if rule.scope.holds(item))
    if not fits:
        return Unused(rule, Why.NOTHING_FITS)
    if not campaigns.apply(rule, items, prices):
        return Unused(rule, Why.TOO_LITTLE, max(0, rule.threshold_fen - fits))
    others = tuple(
        each.rule
        for each in applied
        if not each.rule.is_last and not campaigns.may_stand([rule, each.rule])
    )
    return Unused(rule, Why.NOT_TOGETHER if others else Why.SAVES_NO_MORE, instead=others)
