"""Which rule sets the price of a day: exactly one, whatever the order of the rules."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.pricing.lists import DayKind, Days, Rule, need_day_types, share, standing
from kernel.places.models import DayType

DAY = date(2026, 10, 10)  # a Saturday
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
MOST_FEN = 2**31 - 1


def rule(fen: int, *, days: Days | None = None, **more: int | str) -> Rule:
    return Rule(days or Days(*OCTOBER), price_fen=fen, **more)


def price(*rules: Rule, day: date = DAY, kind: DayType = DayType.WEEKEND, code: str = "") -> int:
    found = standing(rules, day, kind, code)
    return 19_000 if found is None else found.price(19_000)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2026, 9, 30), False),
        (date(2026, 10, 1), True),
        (date(2026, 10, 31), True),
        (date(2026, 11, 1), False),
    ],
)
def test_a_season_has_both_its_ends(day, holds):
    assert Days(*OCTOBER).hold(day, DayType.WORKDAY) is holds


def test_a_season_without_ends_is_always():
    assert Days().hold(date.min, DayType.WORKDAY)
    assert Days().hold(date.max, DayType.HOLIDAY)


@pytest.mark.parametrize(("weekdays", "holds"), [("6", True), ("67", True), ("12345", False)])
def test_weekdays_are_those_of_the_date(weekdays, holds):
    assert Days(weekdays=weekdays).hold(DAY, DayType.WORKDAY) is holds


@pytest.mark.parametrize(
    ("day_kind", "kinds"),
    [
        (DayKind.ANY, set(DayType)),
        (DayKind.WORKDAY, {DayType.WORKDAY, DayType.MAKEUP}),
        (DayKind.WEEKEND, {DayType.WEEKEND}),
        (DayKind.HOLIDAY, {DayType.HOLIDAY}),
    ],
)
def test_a_kind_of_day_is_the_calendars(day_kind, kinds):
    assert {kind for kind in DayType if Days(day_kind=day_kind).hold(DAY, kind)} == kinds


def test_no_rule_leaves_the_usual_price():
    assert price() == 19_000
    assert price(rule(1), day=date(2026, 11, 1)) == 19_000


def test_the_higher_precedence_wins_over_everything_else():
    holiday = rule(25_000, days=Days(DAY, DAY, "6", DayKind.HOLIDAY))
    first = rule(9_900, days=Days(), precedence=1)

    assert price(holiday, first, kind=DayType.HOLIDAY) == 9_900


def test_a_holiday_is_more_special_than_a_part_of_the_week_and_that_than_any_day():
    rules = (
        rule(20_000, days=Days(DAY, DAY)),
        rule(22_000, days=Days(*OCTOBER, weekdays="67")),
        rule(25_000, days=Days(day_kind=DayKind.HOLIDAY)),
    )

    assert price(*rules, kind=DayType.HOLIDAY) == 25_000
    assert price(*rules, kind=DayType.WEEKEND) == 22_000
    assert price(*rules[:1], kind=DayType.WEEKEND) == 20_000


def test_then_the_later_begin_then_the_earlier_end_then_the_lower_price():
    wide, narrow = Days(*OCTOBER), Days(OCTOBER[0], DAY)

    assert price(rule(1, days=wide), rule(2, days=Days(DAY, OCTOBER[1]))) == 2
    assert price(rule(1, days=wide), rule(2, days=narrow)) == 2
    assert price(rule(2, days=wide), rule(1, days=wide)) == 1


def test_a_rule_of_a_class_says_nothing_about_the_others():
    students = rule(5_000, class_code="student")

    assert price(students, code="student") == 5_000
    assert price(students) == 19_000


def test_a_rule_may_be_a_share_of_the_usual_price():
    assert Rule(Days(), permille=1200).price(1_900) == 2_280


def test_only_a_kind_of_day_needs_the_calendar():
    assert need_day_types([Days(), Days(weekdays="67")]) is False
    assert need_day_types([Days(), Days(day_kind=DayKind.WORKDAY)]) is True


DAYS = st.builds(
    lambda first, length, weekdays, kind: Days(first, first + timedelta(length), weekdays, kind),
    st.dates(date(2026, 9, 1), date(2026, 12, 1)),
    st.integers(0, 60),
    st.sampled_from(["1234567", "67", "12345", "6"]),
    st.sampled_from(DayKind),
)
RULES = st.lists(
    st.builds(
        Rule,
        DAYS,
        price_fen=st.none() | st.integers(0, MOST_FEN),
        permille=st.integers(0, 3000),
        precedence=st.integers(-1, 1),
    ),
    max_size=8,
)


@given(RULES, st.sampled_from(DayType), st.randoms(use_true_random=False))
def test_the_order_of_the_rules_changes_no_price(rules, kind, dice: random.Random):
    shuffled = dice.sample(rules, len(rules))

    assert price(*rules, kind=kind) == price(*shuffled, kind=kind)


@pytest.mark.parametrize(
    ("fen", "permille", "part"),
    [
        (0, 500, 0),
        (1, 0, 0),
        (1, 499, 0),
        (1, 500, 1),
        (1, 1000, 1),
        (3, 333, 1),
        (MOST_FEN, 1000, MOST_FEN),
        (MOST_FEN, 999, 2_145_336_163),
    ],
)
def test_a_share_is_exact_at_the_edges_of_money(fen, permille, part):
    assert share(fen, permille) == part
    assert type(share(fen, permille)) is int
