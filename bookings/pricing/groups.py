"""Family and group prices, found by themselves: the cheapest legal way to price what is bought together.

Pure; integer fen. Nothing here knows who buys: a part is its class and what it costs alone; what only
goes along (``contracts.is_beside``) is in no set and no group. A part is
in one set at most, or pays the best group price that the number of parts reaches, or its own price.
The method and its proof against brute force: docs/algorithms/pricing.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bookings.classes import is_beside
from bookings.contracts import Due, GroupPrice, How, Offer, Part
from bookings.pricing.lists import share
from kernel.money import split

MOST_SETS = 20
"""How many sets of one thing are made in one order; what is beyond them is priced without sets."""

Single = tuple[str, int]
"""A part before anything is put together: its class and what it costs alone."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a part costs together with the others, and the GroupPrice that made it so."""

    price_fen: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Set:
    """A set with what one of it saves."""

    rule: GroupPrice
    gain_fen: int

    def times(self, free: Mapping[str, int]) -> int:
        """How often it can be made of so many free parts by class."""
        return min(free.get(code, 0) // number for code, number in self.rule.members)


def price_together(offers: Sequence[Offer]) -> list[Offer]:
    """The offers of one request with every group price that makes them cheaper, in their order.

    Parts and dues of an offer still add up to its price. Doing it twice changes nothing.
    """
    if not any(offer.group_prices for offer in offers):
        return list(offers)
    priced = list(offers)
    for places in _by_thing(offers).values():
        for place, offer in zip(places, _together([offers[p] for p in places]), strict=True):
            priced[place] = offer
    return priced


def best(singles: Sequence[Single], rules: Collection[GroupPrice]) -> list[Share]:
    """The cheapest legal price of each part, in order.

    Parts of one class cost the same alone; where they do not, the dearer ones go into sets first.
    """
    shares = _in_group(singles, [rule for rule in rules if not rule.members])
    free: dict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(singles)), key=lambda place: -shares[place].price_fen):
        free[singles[place][0]].append(place)
    for rule in _chosen_sets(singles, shares, free, rules):
        taken = [free[code].pop(0) for code, number in rule.members for _each in range(number)]
        alone = [singles[place][1] for place in taken]
        whole = _set_fen(rule, sum(alone))
        if whole < sum(shares[place].price_fen for place in taken):
            for place, fen in zip(taken, split(whole, alone), strict=True):
                shares[place] = Share(fen, rule.code)
    return shares


def back(
    parts: Sequence[Part],
    rules: Collection[GroupPrice],
    *,
    now: Sequence[int],
    before: Collection[int] = (),
    returned_fen: int = 0,
) -> list[int]:
    """What the terms of cancelling apply to, per part given up ``now``, in fen.

    ``parts`` are all parts of one thing in an order as they were sold, in any number of lines;
    ``now`` and ``before`` are places in it. The parts that stay are priced again by the rules of
    the purchase, and keep what campaigns took off them; what the buyer paid beyond that comes back,
    altogether never more than the prices of all parts given up: one by one is what all at once is.
    ``returned_fen`` is what this gave for the parts cancelled ``before``.
    """
    gone = {*now, *before}
    stay = [part for n, part in enumerate(parts) if n not in gone]
    alone = [(part.class_code, part.own_fen) for part in stay]
    stay_fen = sum(each.price_fen for each in best(alone, rules))
    stay_fen -= sum(part.discount_fen for part in stay)
    beyond = sum(part.price_fen for part in parts) - stay_fen
    own = [parts[place].price_fen for place in now]
    # The last of a set for nothing was free itself, and still brings what was kept for it.
    own = own if any(own) else [1] * len(own)
    whole = max(0, min(sum(parts[place].price_fen for place in gone), beyond) - returned_fen)
    return split(whole, own) if whole else [0] * len(own)


def _by_thing(offers: Sequence[Offer]) -> dict[tuple[str, str], list[int]]:
    """The places of offers that are priced together; a metered price is nobody's part of a set."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, offer in enumerate(offers):
        if all(due.amount_fen is not None for due in offer.dues):
            places[offer.kind, offer.ref].append(place)
    return places


def _together(offers: Sequence[Offer]) -> list[Offer]:
    rules = {rule.code: rule for offer in offers for rule in offer.group_prices}
    singles = [(part.class_code, part.own_fen) for offer in offers for part in offer.parts]
    shares = iter(best(singles, rules.values()))
    return [_priced(offer, [next(shares) for _part in offer.parts], rules) for offer in offers]


def _priced(offer: Offer, shares: Sequence[Share], rules: Mapping[str, GroupPrice]) -> Offer:
    parts = tuple(
        replace(
            part,
            price_fen=each.price_fen,
            saved_fen=part.own_fen - each.price_fen,
            group_code=each.code,
        )
        for part, each in zip(offer.parts, shares, strict=True)
    )
    less_fen = offer.price_fen - sum(part.price_fen for part in parts)
    known = tuple(rules.values())
    return replace(offer, parts=parts, dues=charge_less(offer.dues, less_fen), group_prices=known)


def charge_less(dues: Sequence[Due], less_fen: int) -> tuple[Due, ...]:
    """The charges, each less by its share; what is only set aside stays as it is."""
    charged = [due.amount_fen or 0 if due.how is How.CHARGE else 0 for due in dues]
    if not less_fen or not sum(charged):
        return tuple(dues)
    reduced = split(sum(charged) - less_fen, charged)
    return tuple(
        replace(due, amount_fen=fen) if due.how is How.CHARGE else due
        for due, fen in zip(dues, reduced, strict=True)
    )


def _in_group(singles: Sequence[Single], groups: Sequence[GroupPrice]) -> list[Share]:
    """Everybody's price by the best group that there are enough for."""
    people = sum(not is_beside(code) for code, _fen in singles)
    reached = [rule for rule in groups if people >= rule.least]
    rule = min(reached, key=lambda rule: (rule.permille, rule.code), default=None)
    shares = [Share(fen) for _code, fen in singles]
    if rule is None:
        return shares
    return [
        min(alone, Share(share(fen, rule.permille), rule.code), key=lambda each: each.price_fen)
        if not is_beside(code)
        else alone
        for alone, (code, fen) in zip(shares, singles, strict=True)
    ]


def _chosen_sets(
    singles: Sequence[Single],
    shares: Sequence[Share],
    free: Mapping[str, Sequence[int]],
    rules: Collection[GroupPrice],
) -> list[GroupPrice]:
    """The sets that save most together, each as often as it is made."""
    counts = {code: len(places) for code, places in free.items()}
    sets = []
    for rule in rules:
        each = _Set(rule, 0)
        if rule.members and each.times(counts):
            places = [free[code][n] for code, number in rule.members for n in range(number)]
            alone = sum(singles[place][1] for place in places)
            gain = sum(shares[place].price_fen for place in places) - _set_fen(rule, alone)
            sets += [_Set(rule, gain)] if gain > 0 else []
    sets.sort(key=lambda each: (-each.gain_fen, each.rule.code))
    return [
        each.rule
        for each, times in zip(sets, _how_often(sets, counts), strict=True)
        for _time in range(times)
    ]


def _how_often(sets: Sequence[_Set], counts: Mapping[str, int]) -> tuple[int, ...]:
    """How often each set is made, so that they save most: exact, by branch and bound."""
    codes = sorted({code for each in sets for code, _number in each.rule.members})

    @cache
    def most(first: int, free: tuple[int, ...], left: int) -> tuple[int, tuple[int, ...]]:
        if first == len(sets):
            return 0, ()
        head, rest = sets[first], sets[first + 1].gain_fen if first + 1 < len(sets) else 0
        needs = [dict(head.rule.members).get(code, 0) for code in codes]
        top = min(left, head.times(dict(zip(codes, free, strict=True))))
        found: tuple[int, tuple[int, ...]] = (-1, ())
        for times in range(top, -1, -1):
            if found[0] >= times * head.gain_fen + (left - times) * rest:
                break
            after = tuple(n - times * need for n, need in zip(free, needs, strict=True))
            gain, others = most(first + 1, after, left - times)
            found = max(found, (gain + times * head.gain_fen, (times, *others)), key=_gain)
        return found

    return most(0, tuple(counts[code] for code in codes), MOST_SETS)[1]


def _gain(found: tuple[int, tuple[int, ...]]) -> int:
    return found[0]


def _set_fen(rule: GroupPrice, alone_fen: int) -> int:
    return share(alone_fen, rule.permille) if rule.price_fen is None else rule.price_fen
