"""Campaigns as rules: each alone, and the best that may stand together against brute force."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.campaigns.rules import Effect, Item, Rule, Scope, Tier, apply, best, may_stand
from bookings.pricing.lists import share

WORDS = {"en": "Offer", "zh-hans": "优惠"}
MANY = 3_000 if os.environ.get("QUANYU_LONG") else 300


def item(fen: int, kind: str = "plain", ref: str = "1:a", supplier: int = 1) -> Item:
    return Item(kind, ref, supplier, fen)


def rule(effect: Effect, code: str = "a", **more) -> Rule:
    return Rule(code, WORDS, effect, **more)


def amount(fen: int, code: str = "a", **more) -> Rule:
    return rule(Effect.AMOUNT, code, amount_fen=fen, **more)


def off(permille: int, code: str = "b", **more) -> Rule:
    return rule(Effect.SHARE, code, permille=permille, **more)


def gifts(*tiers: tuple[int, int], code: str = "g", **more) -> Rule:
    return rule(Effect.GIFTS, code, tiers=tuple(Tier(*tier) for tier in tiers), **more)


def alone(one: Rule, *items: Item) -> list[int]:
    return apply(one, items, [each.price_fen for each in items])


def saved(items: Sequence[Item], *rules: Rule) -> int:
    return sum(each.total_fen for each in best(items, rules))


class TestAmount:
    def test_it_is_spread_by_price_to_the_fen(self):
        assert alone(amount(1000), item(2000), item(1000)) == [667, 333]

    def test_it_is_no_more_than_there_is(self):
        assert alone(amount(1000), item(300), item(200)) == [300, 200]

    def test_one_fen_below_the_threshold_it_is_not_reached(self):
        at_200 = amount(5000, threshold_fen=20_000)

        assert alone(at_200, item(19_999)) == []
        assert alone(at_200, item(20_000)) == [5000]

    def test_the_threshold_counts_what_it_applies_to_alone(self):
        tickets = amount(5000, threshold_fen=20_000, scope=Scope(kinds=frozenset({"plain"})))

        assert alone(tickets, item(19_999), item(90_000, kind="other")) == []


class TestShare:
    def test_each_is_rounded_as_a_published_price_is(self):
        assert alone(off(150), item(333), item(1)) == [333 - share(333, 850), 0]

    def test_it_ends_at_its_most(self):
        assert alone(off(500, most_fen=100), item(1000), item(1000)) == [50, 50]

    def test_it_ends_where_the_budget_does(self):
        assert alone(off(500, budget_id=1, budget_fen=30), item(1000)) == [30]


class TestGifts:
    def test_buy_two_get_one(self):
        assert alone(gifts((3, 1)), item(900), item(500), item(700)) == [0, 500, 0]

    def test_tier_three_gives_three_gifts(self):
        tiers = gifts((3, 1), (6, 2), (9, 3))

        assert alone(tiers, *[item(100)] * 8).count(100) == 2
        assert alone(tiers, *[item(100)] * 9).count(100) == 3

    def test_again_and_again_where_it_says_so(self):
        assert alone(gifts((3, 1), repeats=True), *[item(100)] * 7).count(100) == 2

    def test_what_is_free_anyway_neither_counts_nor_is_a_gift(self):
        assert alone(gifts((3, 1)), item(0), item(500), item(700)) == []


class TestScope:
    def test_by_supplier_and_reference(self):
        ours = off(100, scope=Scope(supplier_ids=frozenset({1}), refs=frozenset({"1"})))

        found = alone(ours, item(100), item(100, supplier=2), item(100, ref="11:a"))

        assert found == [10, 0, 0]


class TestTogether:
    def test_of_one_group_the_best_stands(self):
        both = [amount(300, "x", group="coupon"), amount(500, "y", group="coupon")]

        assert [each.rule.code for each in best([item(1000)], both)] == ["y"]

    def test_one_that_is_alone_stands_only_where_it_saves_more(self):
        single = amount(450, "s", is_alone=True)
        two = [amount(200, "x"), amount(200, "y")]

        assert saved([item(1000)], single, *two) == 450
        assert saved([item(1000)], single, *two, amount(100, "z")) == 500

    def test_the_step_says_what_is_taken_off_first(self):
        first = [off(100, "b", step=1), amount(100, "a", step=2)]
        last = [off(100, "b", step=2), amount(100, "a", step=1)]

        assert saved([item(1000)], *first) == 200
        assert saved([item(1000)], *last) == 190

    def test_at_one_step_what_everybody_gets_is_taken_off_before_coupons(self):
        coupon, everybody = amount(100, "a", buckets=(1,)), off(100, "b")

        assert [e.rule.code for e in best([item(1000)], [coupon, everybody])] == ["b", "a"]

    def test_a_rule_can_cost_another_its_threshold(self):
        """1000: the two together are not legal, since 900 is below 950."""
        pair = [off(100, "b", step=1), amount(400, "a", step=2, threshold_fen=950)]

        assert [each.rule.code for each in best([item(1000)], pair)] == ["a"]

    def test_a_coupon_that_saves_nothing_more_is_not_used_up(self):
        free = off(1000, "b", group="x")
        coupon = off(1000, "a", group="x", buckets=(7,))

        assert [each.rule.code for each in best([item(1000)], [free, coupon])] == ["b"]


KINDS, REFS = ("plain", "other"), ("1:a", "1:b", "2:a")
items_ = st.lists(
    st.builds(
        Item,
        st.sampled_from(KINDS),
        st.sampled_from(REFS),
        st.integers(1, 2),
        st.one_of(st.integers(0, 40), st.integers(0, 30_000)),
    ),
    max_size=8,
)
scopes = st.builds(
    Scope,
    st.frozensets(st.sampled_from(KINDS), max_size=1),
    st.frozensets(st.integers(1, 2), max_size=1),
    st.frozensets(st.sampled_from(("1", "2:a")), max_size=1),
)
tiers_ = st.lists(
    st.builds(lambda buy, free: Tier(buy + free, free), st.integers(0, 3), st.integers(1, 3)),
    min_size=1,
    max_size=3,
).map(tuple)
rules_ = st.builds(
    Rule,
    code=st.just(""),
    title=st.just(WORDS),
    effect=st.sampled_from(Effect),
    amount_fen=st.integers(1, 20_000),
    permille=st.integers(1, 1000),
    tiers=tiers_,
    repeats=st.booleans(),
    threshold_fen=st.one_of(st.just(0), st.integers(0, 60_000)),
    most_fen=st.one_of(st.none(), st.integers(1, 5000)),
    scope=scopes,
    step=st.integers(0, 2),
    group=st.sampled_from(("", "", "x", "y")),
    is_alone=st.integers(0, 5).map(lambda n: n == 0),
    buckets=st.sampled_from(((), (1,))),
)
some_rules = st.lists(rules_, max_size=6).map(
    lambda made: [Rule(**{**_fields(each), "code": f"r{n}"}) for n, each in enumerate(made)]
)


def _fields(one: Rule) -> dict:
    return {name: getattr(one, name) for name in Rule.__slots__}


def by_hand(one: Rule, items: Sequence[Item], left: Sequence[int]) -> list[int] | None:
    """What a rule takes off, said again in other words: per item, with nothing of the product."""
    mine = [
        n
        for n, each in enumerate(items)
        if each.price_fen
        and (not one.scope.kinds or each.kind in one.scope.kinds)
        and (not one.scope.supplier_ids or each.supplier_id in one.scope.supplier_ids)
        and (
            not one.scope.refs
            or any((each.ref + ":").startswith(named + ":") for named in one.scope.refs)
        )
    ]
    there = sum(left[n] for n in mine)
    if there < one.threshold_fen or not there:
        return None
    if one.effect == Effect.AMOUNT:
        total, weights = min(one.amount_fen, there), {n: left[n] for n in mine}
    elif one.effect == Effect.SHARE:
        weights = {n: left[n] - int(left[n] * (1000 - one.permille) / 1000 + 0.5) for n in mine}
        total = sum(weights.values())
    else:
        many = len(mine)
        if one.repeats:
            free = (many // one.tiers[0].of) * one.tiers[0].free
        else:
            free = max([t.free for t in one.tiers if t.of <= many], default=0)
        cheapest = sorted(mine, key=lambda n: (left[n], n))[:free]
        weights = {n: left[n] if n in cheapest else 0 for n in mine}
        total = sum(weights.values())
    if one.most_fen is not None:
        total = min(total, one.most_fen)
    return _spread(total, weights, len(items)) if total else None


def _spread(total: int, weights: dict[int, int], size: int) -> list[int]:
    whole = sum(weights.values())
    exact = {n: divmod(total * weight, whole) for n, weight in weights.items()}
    fen = [0] * size
    for n, (floor, _rest) in exact.items():
        fen[n] = floor
    for n in sorted(exact, key=lambda n: (-exact[n][1], n))[: total - sum(fen)]:
        fen[n] += 1
    return fen


def brute(items: Sequence[Item], rules: Sequence[Rule]) -> int:
    """The most that any legal set of rules saves: all of them tried."""
    most = 0
    for size in range(len(rules) + 1):
        for chosen in combinations(rules, size):
            groups = [each.group for each in chosen if each.group]
            if len(set(groups)) < len(groups) or (size > 1 and any(e.is_alone for e in chosen)):
                continue
            left, total = [each.price_fen for each in items], 0
            for each in sorted(chosen, key=lambda one: (one.step, one.buckets != (), one.code)):
                fen = by_hand(each, items, left)
                if fen is None:
                    break
                left, total = [a - b for a, b in zip(left, fen, strict=True)], total + sum(fen)
            else:
                most = max(most, total)
    return most


@settings(max_examples=MANY, deadline=None)
@given(items_, some_rules)
def test_nothing_legal_saves_more(items, rules):
    assert saved(items, *rules) == brute(items, rules)


@settings(max_examples=MANY, deadline=None)
@given(items_, some_rules)
def test_what_is_found_is_legal_and_leaves_no_price_below_nothing(items, rules):
    found = best(items, rules)

    left = [each.price_fen for each in items]
    assert may_stand([each.rule for each in found])
    for each in found:
        assert list(each.fen) == by_hand(each.rule, items, left)
        left = [a - b for a, b in zip(left, each.fen, strict=True)]
    assert all(fen >= 0 for fen in left)


@settings(max_examples=MANY, deadline=None)
@given(items_, some_rules, st.randoms(use_true_random=False))
def test_the_order_in_which_rules_are_given_says_nothing(items, rules, chance):
    mixed = list(rules)
    chance.shuffle(mixed)

    assert [e.rule.code for e in best(items, mixed)] == [e.rule.code for e in best(items, rules)]
