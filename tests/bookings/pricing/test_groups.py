"""Family and group prices: the cheapest legal combination, to the fen."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.contracts import Due, GroupPrice, How, Offer, Part, Terms, When
from bookings.pricing.groups import MOST_SETS, Single, back, best, price_together
from bookings.pricing.lists import share

AT = datetime(2026, 10, 1, tzinfo=UTC)
WORDS = {"en": "Family", "zh-hans": "家庭"}
ADULT, CHILD = ("adult", 19_000), ("child", 9_500)
FAMILY = GroupPrice("family", WORDS, (("adult", 2), ("child", 1)), price_fen=40_000)
PAIR = GroupPrice("pair", WORDS, (("adult", 2),), permille=950)
TEN = GroupPrice("ten", WORDS, least=10, permille=900)
MOST_FEN = 2**31 - 1
CARTS = 1_000 if os.environ.get("QUANYU_LONG") else 10


def total(singles: Sequence[Single], *rules: GroupPrice) -> int:
    return sum(each.price_fen for each in best(singles, rules))


def offer(*parts: Single, ref: str = "1", kind: str = "plain", rules=(FAMILY,), dues=None) -> Offer:
    made = tuple(Part(f"p{n}", WORDS, fen, code) for n, (code, fen) in enumerate(parts))
    whole = sum(fen for _code, fen in parts)
    return Offer(
        kind, ref, 1, 1, WORDS, AT, AT, made, Terms(), dues or (Due(whole),), group_prices=rules
    )


def test_a_family_pays_the_price_of_the_set():
    shares = best([ADULT, ADULT, CHILD], [FAMILY])

    assert [each.price_fen for each in shares] == [16_000, 16_000, 8_000]
    assert {each.code for each in shares} == {"family"}


def test_who_is_no_part_of_a_set_pays_the_own_price():
    shares = best([ADULT, CHILD, ADULT, ADULT, CHILD], [FAMILY])

    assert sum(each.price_fen for each in shares) == 40_000 + 19_000 + 9_500
    assert [each.code for each in shares] == ["family", "family", "family", "", ""]


def test_two_families_are_two_sets():
    assert total([ADULT, ADULT, CHILD] * 2, FAMILY) == 80_000


def test_a_set_that_saves_nothing_is_not_made():
    dear = GroupPrice("dear", WORDS, (("adult", 1), ("child", 1)), price_fen=28_500)

    assert [each.code for each in best([ADULT, CHILD], [dear])] == ["", ""]


@pytest.mark.parametrize(("people", "fen"), [(9, 9 * 19_000), (10, 171_000), (11, 188_100)])
def test_a_group_begins_with_its_least_number(people, fen):
    assert total([ADULT] * people, TEN) == fen


def test_the_best_of_several_groups_counts():
    twenty = GroupPrice("twenty", WORDS, least=20, permille=800)

    assert total([ADULT] * 20, TEN, twenty) == 20 * 15_200


def test_a_group_makes_way_for_a_set_that_saves_more():
    party = [ADULT] * 8 + [CHILD] * 2
    single = share(19_000, 900)

    assert total(party, TEN, FAMILY) == 2 * 40_000 + 4 * single


def test_the_greedy_choice_is_not_taken_where_another_saves_more():
    trio = GroupPrice("trio", WORDS, (("adult", 3),), price_fen=51_000)  # saves 6,000
    pair = GroupPrice("pair", WORDS, (("adult", 2),), price_fen=33_000)  # saves 5,000

    assert total([ADULT] * 4, trio, pair) == 66_000


def test_at_most_twenty_sets_are_made_of_one_thing():
    assert total([ADULT] * 50, PAIR) == MOST_SETS * 36_100 + 10 * 19_000


def test_what_is_free_stays_free():
    shares = best([ADULT, ADULT, ("child", 0)], [FAMILY, PAIR])

    assert [each.price_fen for each in shares] == [18_050, 18_050, 0]


def brute(singles: Sequence[Single], rules: Sequence[GroupPrice]) -> int:
    """The cheapest total by trying every way to put parts into sets."""
    groups = [rule for rule in rules if not rule.members and len(singles) >= rule.least]
    alone = [min([fen, *(share(fen, rule.permille) for rule in groups)]) for _code, fen in singles]
    return _cheapest(singles, alone, frozenset(range(len(singles))), rules)


def _cheapest(singles, alone, left: frozenset[int], rules) -> int:
    if not left:
        return 0
    first = min(left)
    found = alone[first] + _cheapest(singles, alone, left - {first}, rules)
    for rule in rules:
        for members in _sets_with(first, singles, left, rule):
            fen = rule.price_fen
            if fen is None:
                fen = share(sum(singles[place][1] for place in members), rule.permille)
            found = min(found, fen + _cheapest(singles, alone, left - members, rules))
    return found


def _sets_with(first, singles, left, rule) -> Iterator[frozenset[int]]:
    """Every set of a rule that has this part."""
    wanted = [code for code, number in rule.members for _each in range(number)]
    if singles[first][0] not in wanted:
        return
    for members in combinations(sorted(left), len(wanted)):
        if first in members and sorted(singles[m][0] for m in members) == sorted(wanted):
            yield frozenset(members)


def random_cart(dice: random.Random) -> tuple[list[Single], list[GroupPrice]]:
    prices = {code: dice.randint(0, 300) for code in ("adult", "child", "elder")}
    singles = [(code, prices[code]) for code in dice.choices(list(prices), k=dice.randint(1, 7))]
    return singles, [random_rule(dice, n, prices) for n in range(dice.randint(0, 4))]


def random_rule(dice: random.Random, number: int, prices: dict[str, int]) -> GroupPrice:
    code, permille = f"r{number}", dice.randint(500, 1000)
    if dice.random() < 0.25:
        return GroupPrice(code, WORDS, least=dice.randint(2, 6), permille=permille)
    classes = dice.sample(sorted(prices), dice.randint(1, 2))
    members = tuple((each, dice.randint(1, 2)) for each in classes)
    alone = sum(prices[each] * count for each, count in members)
    fixed = dice.choice([None, dice.randint(alone // 2, alone + 20)])
    return GroupPrice(code, WORDS, members, price_fen=fixed, permille=permille)


@pytest.mark.parametrize("seed", range(CARTS))
def test_no_way_to_combine_is_cheaper(seed):
    singles, rules = random_cart(random.Random(seed))

    assert total(singles, *rules) == brute(singles, rules)


def test_the_random_carts_do_combine():
    """Otherwise the proof above would be one about nothing."""
    carts = [random_cart(random.Random(seed)) for seed in range(100)]

    used = [{each.code for each in best(*cart)} - {""} for cart in carts]
    assert sum(bool(codes) for codes in used) > 40
    assert sum(len(codes) > 1 for codes in used) > 5


CODES = st.sampled_from(["adult", "child", "elder"])
MEMBERS = st.dictionaries(CODES, st.integers(1, 3), min_size=1).map(lambda d: tuple(d.items()))
ALL_RULES = st.lists(
    st.builds(GroupPrice, st.text("abc", min_size=1), st.just(WORDS), MEMBERS,
              price_fen=st.none() | st.integers(0, MOST_FEN), permille=st.integers(0, 1000))
    | st.builds(GroupPrice, st.text("abc", min_size=1), st.just(WORDS),
                least=st.integers(2, 9), permille=st.integers(0, 1000)),
    max_size=4, unique_by=lambda rule: rule.code,
)  # fmt: skip
PARTIES = st.tuples(
    st.fixed_dictionaries({code: st.integers(0, MOST_FEN) for code in ("adult", "child", "elder")}),
    st.lists(CODES, min_size=1, max_size=30),
).map(lambda drawn: [(code, drawn[0][code]) for code in drawn[1]])


@settings(deadline=None)
@given(PARTIES, ALL_RULES)
def test_every_part_has_its_share_and_the_shares_are_the_whole(singles, rules):
    [priced] = price_together([offer(*singles, rules=tuple(rules))])

    assert sum(part.price_fen for part in priced.parts) == priced.price_fen == priced.due_now_fen
    assert [part.own_fen for part in priced.parts] == [fen for _code, fen in singles]
    assert all(0 <= part.price_fen <= part.own_fen for part in priced.parts)
    assert all(type(part.price_fen) is int for part in priced.parts)
    assert all(bool(part.group_code) or not part.saved_fen for part in priced.parts)
    assert total(singles, *rules) == total(singles, *reversed(rules))


@settings(deadline=None)
@given(PARTIES, ALL_RULES)
def test_pricing_twice_changes_nothing(singles, rules):
    once = price_together([offer(*singles, rules=tuple(rules))])

    assert price_together(once) == once


def test_a_set_is_found_over_several_items_of_a_request():
    first, other, second = price_together(
        [offer(ADULT, ADULT), offer(ADULT, CHILD, ref="2"), offer(CHILD)]
    )

    assert (first.price_fen, second.price_fen) == (32_000, 8_000)
    assert (other.price_fen, other.saved_fen) == (28_500, 0)
    assert (first.saved_fen, second.saved_fen) == (6_000, 1_500)


def test_the_same_ref_of_another_kind_is_another_thing():
    priced = price_together([offer(ADULT, ADULT), offer(CHILD, kind="other")])

    assert [each.saved_fen for each in priced] == [0, 0]


def test_without_group_prices_offers_are_left_as_they_are():
    plain = offer(ADULT, rules=())

    assert price_together([plain])[0] is plain


def test_what_is_due_is_less_by_as_much_as_is_saved():
    dues = (Due(9_500), Due(38_000, when=AT.date()), Due(50_000, How.AUTHORISE, When.ORDER))
    [priced] = price_together([offer(ADULT, ADULT, CHILD, dues=dues)])

    assert [due.amount_fen for due in priced.dues] == [8_000, 32_000, 50_000]
    assert priced.due_now_fen == 8_000


def test_a_metered_price_is_in_no_set():
    metered = offer(ADULT, ADULT, CHILD, dues=(Due(None, when=When.AFTER_USE),))

    assert price_together([metered]) == [metered]


# --- what comes back when a part of it is cancelled ---


def sold(*singles: Single, rules: tuple[GroupPrice, ...] = (FAMILY,)) -> tuple[Part, ...]:
    return price_together([offer(*singles, rules=rules)])[0].parts


def test_all_of_it_comes_back_when_all_is_cancelled():
    family = sold(ADULT, ADULT, CHILD)

    assert back(family, [FAMILY], now=[0, 1, 2]) == [16_000, 16_000, 8_000]


def test_who_stays_pays_the_price_without_the_set():
    family = sold(ADULT, ADULT, CHILD)  # 400 yuan together; two adults alone are 380

    assert back(family, [FAMILY], now=[2]) == [2_000]
    assert back(family, [FAMILY], now=[1]) == [11_500]


def test_where_the_set_stays_whole_the_own_price_comes_back():
    party = sold(ADULT, ADULT, ADULT, CHILD)

    assert back(party, [FAMILY], now=[2]) == [19_000]
    assert back(party, [FAMILY], now=[0]) == [16_000]


def test_two_of_five_come_back_at_what_the_other_three_leave():
    five = sold(*[ADULT] * 5, rules=(PAIR,))  # two pairs and one: 36,100 × 2 + 19,000

    assert back(five, [PAIR], now=[0, 1]) == [18_050, 18_050]
    assert back(five, [PAIR], now=[0, 4]) == [17_587, 18_513]


def test_a_group_that_falls_below_its_least_number_loses_its_price():
    ten = sold(*[ADULT] * 10, rules=(TEN,))

    assert back(ten, [TEN], now=[0]) == [0]
    assert sum(back(ten, [TEN], now=[0, 1])) == 171_000 - 8 * 19_000


def test_one_after_the_other_brings_what_both_at_once_bring():
    ten = sold(*[ADULT] * 10, rules=(TEN,))
    first = back(ten, [TEN], now=[0])
    second = back(ten, [TEN], now=[1], before=[0], returned_fen=sum(first))

    assert (first, second) == ([0], [19_000])
    assert sum(first + second) == sum(back(ten, [TEN], now=[0, 1]))


def test_the_last_one_of_a_set_for_nothing_brings_what_was_kept_for_it():
    free = GroupPrice("free", {"en": "Free"}, (("adult", 1), ("elder", 1)), permille=0)
    three = sold(("adult", 1), ("adult", 1), ("elder", 1), rules=(free,))
    dear = next(n for n, part in enumerate(three) if part.price_fen)
    last = 1 - dear

    first = back(three, [free], now=[2, dear])

    assert sum(first) == 0
    assert back(three, [free], now=[last], before=[2, dear]) == [1]


def test_without_rules_each_part_brings_its_own_price():
    plain = sold(ADULT, CHILD, rules=())

    assert back(plain, [], now=[1]) == [9_500]


@settings(deadline=None)
@given(PARTIES, ALL_RULES, st.data())
def test_never_more_comes_back_than_was_paid_and_never_less_than_nothing(singles, rules, data):
    parts = sold(*singles, rules=tuple(rules))
    order = data.draw(st.permutations(range(len(parts))))
    gone: list[int] = []
    returned, left_fen = 0, sum(part.price_fen for part in parts)
    for place in order:
        [fen] = back(parts, rules, now=[place], before=gone, returned_fen=returned)
        gone.append(place)
        returned += fen
        assert fen >= 0
        assert returned <= sum(parts[place].price_fen for place in gone)
        stay = [singles[n] for n in range(len(parts)) if n not in gone]
        assert left_fen - fen >= min(total(stay, *rules), left_fen)
        left_fen -= fen
    assert (
        returned
        == sum(back(parts, rules, now=list(order)))
        == sum(part.price_fen for part in parts)
    )
