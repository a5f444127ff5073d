"""Campaigns as rules, and the best of them that may stand together. Pure; integer fen.

Nothing here knows who buys. Rules are applied one after the other, by ``step``, what everybody gets
before coupons, then by code, each to what those before it have left of the price. What may stand
together is in the rules themselves: of one ``group`` at most one, and one that ``is_alone`` with no
other. The method and its proof against brute force: docs/algorithms/campaigns.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Words
from kernel.money import split

MOST_RULES = 16
"""So many rules are combined, those that could save most; nobody has more that are worth a thought."""


class Effect(models.TextChoices):
    """What a campaign takes off."""

    AMOUNT = "AMOUNT", _("a sum off what it applies to")
    SHARE = "SHARE", _("a share off each")
    GIFTS = "GIFTS", _("the cheapest of several for nothing")


@dataclass(frozen=True, slots=True)
class Item:
    """One part as campaigns see it: what it is, whose, and what it costs before them, in fen."""

    kind: str
    ref: str
    supplier_id: int
    price_fen: int
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a campaign applies to; nothing named means everything."""

    kinds: frozenset[str] = frozenset()
    supplier_ids: frozenset[int] = frozenset()
    refs: frozenset[str] = frozenset()
    place_ids: frozenset[int] = frozenset()

    def holds(self, item: Item) -> bool:
        """Whether it applies to an item. A reference also stands for all that begins with it and a colon."""
        return (
            (not self.kinds or item.kind in self.kinds)
            and (not self.supplier_ids or item.supplier_id in self.supplier_ids)
            and (not self.place_ids or item.place_id in self.place_ids)
            and self.names(item.ref)
        )

    def names(self, ref: str) -> bool:
        """Whether a reference is among those it applies to."""
        return not self.refs or any(_is_below(ref, named) for named in self.refs)


@dataclass(frozen=True, slots=True)
class Tier:
    """From so many together (``of``), the ``free`` cheapest of them cost nothing."""

    of: int
    free: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One campaign, or one person's coupon of it. Sums in fen, shares in thousandths.

    AMOUNT takes ``amount_fen`` off together, SHARE ``permille`` off each, GIFTS makes the cheapest free:
    by the highest of ``tiers`` that is reached or, where it ``repeats``, again and again. Nothing is
    taken off below ``threshold_fen``, and never more than ``most_fen`` or what is left of the
    ``budget``. ``buckets`` give a unit each for an order, ``budget_id`` so many units for a yuan: a
    unit for every fen. One that ``is_last`` is a way to pay, not a campaign: it stands with every other,
    after the best of those were found, and takes no more than ``most_permille`` of what they have left.
    """

    code: str
    title: Words
    effect: Effect
    amount_fen: int = 0
    permille: int = 0
    tiers: tuple[Tier, ...] = ()
    repeats: bool = False
    threshold_fen: int = 0
    most_fen: int | None = None
    scope: Scope = field(default_factory=Scope)
    step: int = 0
    group: str = ""
    is_alone: bool = False
    supplier_permille: int = 0
    buckets: tuple[int, ...] = ()
    budget_id: int | None = None
    budget_fen: int = 0
    budget_per_yuan: int = 100
    most_permille: int = 1000
    is_last: bool = False

    def budget_units(self, fen: int) -> int:
        """How many units of the budget so many fen are: begun ones count."""
        return -(-fen * self.budget_per_yuan // 100)

    @property
    def cap_fen(self) -> int | None:
        """The most that it takes off altogether."""
        caps = [self.most_fen] if self.most_fen is not None else []
        caps += [self.budget_fen] if self.budget_id is not None else []
        return min(caps, default=None)


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that stands, and what it takes off each item, in fen."""

    rule: Rule
    fen: tuple[int, ...]

    @property
    def total_fen(self) -> int:
        return sum(self.fen)


def apply(rule: Rule, items: Sequence[Item], left: Sequence[int]) -> list[int]:
    """What a rule takes off each item, of which ``left`` is left; empty where it is not reached."""
    return _take_off(rule, _places(rule, items), left)


def may_stand(rules: Sequence[Rule]) -> bool:
    """Whether these may stand together."""
    groups = [rule.group for rule in rules if rule.group]
    is_free = len(rules) < 2 or not any(rule.is_alone for rule in rules)
    return is_free and len(groups) == len(set(groups))


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    """The order in which rules are applied."""
    return sorted(rules, key=lambda rule: (rule.step, bool(rule.buckets), rule.code))


def best(items: Sequence[Item], rules: Sequence[Rule]) -> list[Applied]:
    """The rules that together save most, in the order in which they are applied.

    Where several combinations save the same, the one that uses up the fewest coupons, then the one of
    the fewest rules. Exact, by branch and bound, for up to ``MOST_RULES`` rules that apply.
    """
    found = _Search(items, rules)
    return [Applied(rule, tuple(fen)) for rule, fen in found.best]


class _Search:
    """Branch and bound over which rules stand: a rule saves most of what nothing was taken off yet.

    What a rule saves together is known before how that is spread, which is worked out only where it
    can still lead to something better.
    """

    def __init__(self, items: Sequence[Item], rules: Sequence[Rule]) -> None:
        whole = [item.price_fen for item in items]
        places = {rule.code: _places(rule, items) for rule in rules}
        gains = {rule.code: _total(rule, [whole[n] for n in places[rule.code]]) for rule in rules}
        useful = sorted((r for r in rules if gains[r.code]), key=lambda r: (-gains[r.code], r.code))
        self.rules = in_order(useful[:MOST_RULES])
        self.places = [places[rule.code] for rule in self.rules]
        self.bounds = _bounds(self.rules, gains)
        self.key = (0, 0, 0)
        self.chosen: list[int] = []
        self._go(0, whole, [], 0, 0)
        self.best = self._spread(whole)

    def _go(self, number: int, left: list[int], chosen: list[int], saved: int, used: int) -> None:
        """Every combination of the rules from ``number`` on that can still be better, this one's first."""
        if number == len(self.rules) or (chosen and self.rules[chosen[0]].is_alone):
            return
        if self._is_hopeless(saved + self.bounds[number], used, len(chosen)):
            return
        rule, places = self.rules[number], self.places[number]
        if self._fits(rule, chosen):
            gain = _total(rule, [left[place] for place in places])
            uses, with_it = used + bool(rule.buckets), [*chosen, number]
            if gain and not self._is_hopeless(
                saved + gain + self.bounds[number + 1], uses, len(with_it)
            ):
                self._note(saved + gain, uses, with_it)
                if self.bounds[number + 1]:
                    after = _less(left, places, _spread(rule, gain, [left[n] for n in places]))
                    self._go(number + 1, after, with_it, saved + gain, uses)
        self._go(number + 1, left, chosen, saved, used)

    def _is_hopeless(self, most: int, used: int, size: int) -> bool:
        return (most, -used, -size) <= self.key

    def _note(self, saved: int, used: int, chosen: list[int]) -> None:
        key = (saved, -used, -len(chosen))
        if key > self.key:
            self.key, self.chosen = key, chosen

    def _fits(self, rule: Rule, chosen: Sequence[int]) -> bool:
        if rule.is_alone:
            return not chosen
        return not rule.group or all(self.rules[n].group != rule.group for n in chosen)

    def _spread(self, left: list[int]) -> list[tuple[Rule, list[int]]]:
        found = []
        for number in self.chosen:
            fen = _take_off(self.rules[number], self.places[number], left)
            left = [a - b for a, b in zip(left, fen, strict=True)]
            found.append((self.rules[number], fen))
        return found


def _bounds(rules: Sequence[Rule], gains: dict[str, int]) -> list[int]:
    """The most that the rules from each on can still save: of a group the best one."""
    bounds = []
    for number in range(len(rules) + 1):
        of_group: dict[str, int] = {}
        alone = together = 0
        for rule in rules[number:]:
            if rule.is_alone:
                alone = max(alone, gains[rule.code])
            elif rule.group:
                of_group[rule.group] = max(of_group.get(rule.group, 0), gains[rule.code])
            else:
                together += gains[rule.code]
        bounds.append(max(alone, together + sum(of_group.values())))
    return bounds


def _places(rule: Rule, items: Sequence[Item]) -> list[int]:
    """The items that a rule applies to: what costs nothing anyway neither counts nor is a gift."""
    return [n for n, item in enumerate(items) if item.price_fen > 0 and rule.scope.holds(item)]


def _take_off(rule: Rule, places: Sequence[int], left: Sequence[int]) -> list[int]:
    there = [left[place] for place in places]
    total = _total(rule, there)
    if not total:
        return []
    fen = [0] * len(left)
    for place, each in zip(places, _spread(rule, total, there), strict=True):
        fen[place] = each
    return fen


def _less(left: Sequence[int], places: Sequence[int], off: Sequence[int]) -> list[int]:
    after = list(left)
    for place, fen in zip(places, off, strict=True):
        after[place] -= fen
    return after


def _total(rule: Rule, there: Sequence[int]) -> int:
    """What a rule takes off these together; 0 where it is not reached."""
    whole = sum(there)
    if not whole or whole < rule.threshold_fen:
        return 0
    if rule.effect == Effect.AMOUNT:
        off = min(rule.amount_fen, whole * rule.most_permille // 1000)
    elif rule.effect == Effect.SHARE:
        off = sum(_shares(rule, there))
    else:
        off = sum(sorted(there)[: _free(rule, len(there))])
    return off if rule.cap_fen is None else min(off, rule.cap_fen)


def _spread(rule: Rule, total: int, there: Sequence[int]) -> list[int]:
    """The same by item: a sum by price; where a cap ends it, by what would have been taken off."""
    if rule.effect == Effect.AMOUNT:
        return split(total, there)
    off = _shares(rule, there) if rule.effect == Effect.SHARE else _gifts(rule, there)
    return off if sum(off) == total else split(total, off)


def _shares(rule: Rule, there: Sequence[int]) -> list[int]:
    """To the nearest fen of what is left, as ``pricing.lists.share`` has it."""
    rest = 1000 - rule.permille
    return [fen - (fen * rest + 500) // 1000 for fen in there]


def _gifts(rule: Rule, there: Sequence[int]) -> list[int]:
    """The cheapest ones first; of those that cost the same, the earlier."""
    gifts = set(sorted(range(len(there)), key=there.__getitem__)[: _free(rule, len(there))])
    return [fen if place in gifts else 0 for place, fen in enumerate(there)]


def _free(rule: Rule, count: int) -> int:
    if rule.repeats:
        return sum(tier.free * (count // tier.of) for tier in rule.tiers[:1])
    return max((tier.free for tier in rule.tiers if count >= tier.of), default=0)


def _is_below(ref: str, named: str) -> bool:
    return ref == named or ref.startswith(f"{named}:")
