"""Who pays what: season, rules, ages on the day of the visit."""

from datetime import date

import pytest

from bookings.pricing.lists import DayKind, Days, Rule
from kernel.places.models import DayType
from tourism.tickets.pricing import Fare, PriceList, age_on, fare_for, share_fen

VISIT = date(2026, 10, 1)
WORDS = {"en": "x"}
ADULT = Fare("adult", WORDS, WORDS, 1000)
CHILD = Fare("child_free", WORDS, WORDS, 0, age_from=0, age_to=6)
MINOR = Fare("minor_half", WORDS, WORDS, 500, age_from=7, age_to=18)
STUDENT = Fare("student_half", WORDS, WORDS, 500, needs_proof=True)
SENIOR = Fare("senior_half", WORDS, WORDS, 500, age_from=60, age_to=64)
ELDER = Fare("senior_free", WORDS, WORDS, 0, age_from=65)
FARES = (ADULT, CHILD, MINOR, STUDENT, SENIOR, ELDER)


def prices(*rules: Rule) -> PriceList:
    return PriceList(19_000, 15_000, 3, 11, rules, FARES)


@pytest.mark.parametrize(
    ("day", "fen"),
    [
        (date(2026, 2, 28), 15_000),
        (date(2026, 3, 1), 19_000),
        (date(2026, 11, 30), 19_000),
        (date(2026, 12, 1), 15_000),
    ],
)
def test_the_season_decides_the_adult_price(day, fen):
    assert prices().adult_fen(day, DayType.WORKDAY) == fen


def test_a_peak_may_run_over_the_new_year():
    listed = PriceList(200, 100, 11, 2, (), FARES)

    months = [listed.adult_fen(date(2026, month, 15), DayType.WORKDAY) for month in range(1, 13)]

    assert months == [200, 200, 100, 100, 100, 100, 100, 100, 100, 100, 200, 200]


def test_the_rule_for_the_more_special_kind_of_day_wins():
    october = (date(2026, 10, 1), date(2026, 10, 31))
    listed = prices(
        Rule(Days(*october, day_kind=DayKind.HOLIDAY), 25_000),
        Rule(Days(*october, day_kind=DayKind.ANY), 20_000),
        Rule(Days(*october, day_kind=DayKind.WEEKEND), 22_000),
    )

    found = {
        kind: listed.adult_fen(date(2026, 10, 10), kind)
        for kind in (DayType.WORKDAY, DayType.MAKEUP, DayType.WEEKEND, DayType.HOLIDAY)
    }

    assert found == {
        DayType.WORKDAY: 20_000,
        DayType.MAKEUP: 20_000,
        DayType.WEEKEND: 22_000,
        DayType.HOLIDAY: 25_000,
    }
    assert listed.adult_fen(date(2026, 11, 1), DayType.HOLIDAY) == 19_000


def test_among_equal_rules_the_one_that_begins_later_wins():
    listed = prices(
        Rule(Days(date(2026, 10, 1), date(2026, 10, 31)), 20_000),
        Rule(Days(date(2026, 10, 5), date(2026, 10, 9)), 18_000),
    )

    assert listed.adult_fen(date(2026, 10, 4), DayType.WORKDAY) == 20_000
    assert listed.adult_fen(date(2026, 10, 5), DayType.WORKDAY) == 18_000


def test_only_a_rule_for_a_kind_of_day_needs_the_calendar():
    anyday = Rule(Days(VISIT, VISIT, day_kind=DayKind.ANY), 1)
    weekend = Rule(Days(VISIT, VISIT, day_kind=DayKind.WEEKEND), 1)

    assert (prices().needs_day_types, prices(anyday).needs_day_types) == (False, False)
    assert prices(anyday, weekend).needs_day_types is True


@pytest.mark.parametrize(
    ("adult_fen", "permille", "fen"),
    [
        (19_000, 500, 9_500),
        (10_700, 500, 5_400),
        (5_500, 500, 2_800),
        (19_050, 1000, 19_050),
        (19_000, 0, 0),
        (9_900, 333, 3_300),
    ],
)
def test_a_share_is_rounded_to_whole_yuan_with_half_a_yuan_going_up(adult_fen, permille, fen):
    assert share_fen(adult_fen, permille) == fen


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        (date(2019, 10, 1), 7),
        (date(2019, 10, 2), 6),
        (date(1966, 10, 1), 60),
        (date(2027, 1, 1), 0),
    ],
)
def test_age_is_whole_years_on_the_day(birth, age):
    assert age_on(birth, VISIT) == age


def test_who_is_born_on_a_leap_day_is_older_on_the_first_of_march():
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


@pytest.mark.parametrize(
    ("birth", "code"),
    [
        (date(2019, 10, 2), "child_free"),
        (date(2019, 10, 1), "minor_half"),
        (date(2007, 10, 2), "minor_half"),
        (date(2007, 10, 1), "adult"),
        (date(1966, 10, 2), "adult"),
        (date(1966, 10, 1), "senior_half"),
        (date(1961, 10, 2), "senior_half"),
        (date(1961, 10, 1), "senior_free"),
    ],
)
def test_the_document_decides_the_class_on_the_day_of_the_visit(birth, code):
    fare = fare_for(FARES, "adult", age_on(birth, VISIT))

    assert fare is not None
    assert fare.code == code


@pytest.mark.parametrize(
    ("chosen", "age", "code"),
    [
        ("student_half", 22, "student_half"),
        ("student_half", 70, "senior_free"),
        ("senior_free", 30, "adult"),
        ("", 30, "adult"),
        ("student_half", None, "student_half"),
        ("child_free", None, "child_free"),
        ("", None, "adult"),
    ],
)
def test_a_class_with_proof_is_kept_and_one_by_age_must_be_true(chosen, age, code):
    fare = fare_for(FARES, chosen, age)

    assert fare is not None
    assert fare.code == code


def test_an_unknown_class_is_none():
    assert fare_for(FARES, "emperor", 30) is None
