"""Rules of one list that only their dates would tell apart are found before they are published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.pricing.lists import ANY_WEEKDAY, DayKind, Days, Rule
from kernel.places.models import DayType

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
WEEK = (date(2026, 10, 5), date(2026, 10, 11))


def rule(*days: date, weekdays: str = ANY_WEEKDAY, kind: DayKind = DayKind.ANY, **more) -> Rule:
    return Rule(Days(*days, weekdays=weekdays, day_kind=kind), price_fen=1, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rule(*OCTOBER), rule(*WEEK)),
        (rule(*OCTOBER), rule(OCTOBER[1], OCTOBER[1] + timedelta(9))),
        (rule(*OCTOBER, kind=DayKind.WEEKEND), rule(*WEEK, kind=DayKind.WEEKEND)),
        (rule(*OCTOBER, weekdays="67"), rule(*WEEK, weekdays="56")),
        (rule(*OCTOBER, kind=DayKind.WEEKEND), rule(*WEEK, weekdays="7")),
        (rule(*OCTOBER, kind=DayKind.WORKDAY), rule(*WEEK, weekdays="67")),
        (rule(*OCTOBER, class_code="child"), rule(*WEEK, class_code="child")),
        (rule(), rule(*WEEK)),
    ],
)
def test_two_rules_of_one_rank_on_one_day_are_rivals(one, other):
    assert one.rivals(other)
    assert other.rivals(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rule(*OCTOBER), rule(OCTOBER[1] + timedelta(1), OCTOBER[1] + timedelta(9))),
        (rule(*OCTOBER), rule(*WEEK, precedence=1)),
        (rule(*OCTOBER), rule(*WEEK, kind=DayKind.WEEKEND)),
        (rule(*OCTOBER, kind=DayKind.WEEKEND), rule(*WEEK, kind=DayKind.HOLIDAY)),
        (rule(*OCTOBER, kind=DayKind.WEEKEND), rule(*WEEK, weekdays="12345")),
        (rule(*OCTOBER, weekdays="67"), rule(*WEEK, weekdays="12345")),
        (rule(WEEK[0], WEEK[0], weekdays="1"), rule(*WEEK, weekdays="67")),
        (rule(*OCTOBER), rule(*WEEK, class_code="child")),
    ],
)
def test_another_rank_class_or_day_makes_no_rivals(one, other):
    assert not one.rivals(other)
    assert not other.rivals(one)


_DAYS = st.builds(
    lambda first, length, weekdays, kind: Days(first, first + timedelta(length), weekdays, kind),
    st.dates(OCTOBER[0], OCTOBER[1]),
    st.integers(0, 10),
    st.sampled_from([ANY_WEEKDAY, "67", "12345", "1", "56"]),
    st.sampled_from(DayKind),
)


@given(_DAYS, _DAYS)
def test_days_that_hold_one_day_together_meet(one, other):
    kinds = {
        day: [DayType.WEEKEND, DayType.HOLIDAY, DayType.MAKEUP]
        if day.isoweekday() > 5
        else [DayType.WORKDAY, DayType.HOLIDAY]
        for day in (OCTOBER[0] + timedelta(n) for n in range(45))
    }

    together = any(
        one.hold(day, kind) and other.hold(day, kind) for day in kinds for kind in kinds[day]
    )

    assert one.meet(other) is together
