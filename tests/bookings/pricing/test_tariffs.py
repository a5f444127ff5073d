"""What another price list changes: by kind of day and by season, each price before and after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bookings.pricing.lists import DayKind
from bookings.pricing.tariffs import (
    Cost,
    DayPrices,
    Move,
    Span,
    Tariff,
    compare,
    fingerprint,
    together_costs,
)
from bookings.pricing.telling import Published
from kernel.places.calendar import Day
from kernel.places.models import CalendarDay, DayType
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db

FIRST = date(2026, 10, 1)  # a Thursday
ADULT = Cost("adult", "Adult", 10_000, "¥100")


@pytest.fixture
def region():
    return RegionFactory()


@pytest.fixture
def holiday(region) -> date:
    day = FIRST + timedelta(days=5)
    CalendarDay.objects.create(region=region, date=day, day_type=DayType.HOLIDAY)
    return day


def tariff(region, of: Callable[[Day], Cost | None] = lambda _day: ADULT, **more) -> Tariff:
    def on(day: Day) -> DayPrices:
        cost = of(day)
        return DayPrices(("usual",), (cost,) if cost else ())

    return Tariff("Lake", region, on, **more)


def dearer(fen: int) -> Cost:
    return Cost("adult", "Adult", fen, f"¥{fen // 100}")


def test_the_same_prices_change_nothing_also_under_another_name(region):
    renamed = tariff(region, lambda _day: Cost("adult", "Grown-up", 10_000, "¥100"))

    assert compare(tariff(region), renamed, first=FIRST) == []
    assert compare(None, None, first=FIRST) == []


def test_each_kind_of_day_stands_apart_with_every_price_before_and_after(region, holiday):
    after = tariff(region, lambda day: ADULT if day.day_type is DayType.WORKDAY else dearer(12_050))

    weekends, holidays = compare(tariff(region), after, first=FIRST)

    assert (weekends.kind, holidays.kind) == (DayKind.WEEKEND, DayKind.HOLIDAY)
    assert weekends.moves == (Move("Adult", "¥100", "¥120", 2_050),)
    assert holidays.spans == (Span(holiday, holiday, 1),)
    assert sum(span.days for span in weekends.spans) == 104


def test_a_season_is_told_by_its_ends_and_two_seasons_by_theirs(region):
    seasons = [(date(2026, 11, 2), date(2026, 11, 13)), (date(2027, 2, 1), date(2027, 2, 5))]

    def on(day: Day) -> Cost:
        is_workday = day.day_type is DayType.WORKDAY
        found = any(first <= day.date <= last for first, last in seasons)
        return dearer(20_000) if found and is_workday else ADULT

    [season] = compare(tariff(region), tariff(region, on), first=FIRST)

    assert season.kind is DayKind.WORKDAY
    assert season.spans == (Span(*seasons[0], 10), Span(*seasons[1], 5))


def test_past_days_are_not_told_and_far_rules_are(region):
    far = FIRST + timedelta(days=500)

    def on(day: Day) -> Cost:
        return dearer(1) if day.date in (far, FIRST - timedelta(days=1)) else ADULT

    near = compare(tariff(region), tariff(region, on), first=FIRST)
    [season] = compare(tariff(region), tariff(region, on, last=far), first=FIRST)

    assert near == []
    assert season.spans == (Span(far, far, 1),)


def test_what_is_new_and_what_ends_has_no_difference(region):
    [new, *_more] = compare(tariff(region, lambda _day: None), tariff(region), first=FIRST)
    [gone, *_more] = compare(tariff(region), tariff(region, lambda _day: None), first=FIRST)
    [listed, *_more] = compare(None, tariff(region), first=FIRST)

    assert new.moves == listed.moves == (Move("Adult", "", "¥100", None),)
    assert gone.moves == (Move("Adult", "¥100", "", None),)


def test_what_holds_every_day_comes_first_and_once(region):
    deposit = Cost("deposit", "Deposit", 5_000, "¥50")
    before, after = tariff(region, always=(dearer(0),)), tariff(region, always=(deposit,))

    [season] = compare(before, after, first=FIRST)

    assert season.spans == ()
    assert [move.name for move in season.moves] == ["Deposit", "Adult"]


def test_a_price_for_several_is_told_by_its_sum_or_by_what_it_saves():
    rows = [Published("Family", "2 × Adult", fen=15_000), Published("Group", "ten", less="10 %")]

    assert [(cost.name, cost.fen, cost.words) for cost in together_costs(rows)] == [
        ("Family: 2 × Adult", 15_000, "¥150"),
        ("Group: ten", None, "10 %"),
    ]


def test_another_change_has_another_fingerprint(region):
    one = compare(tariff(region), tariff(region, lambda _day: dearer(20_000)), first=FIRST)
    same = compare(tariff(region), tariff(region, lambda _day: dearer(20_000)), first=FIRST)
    other = compare(tariff(region), tariff(region, lambda _day: dearer(20_001)), first=FIRST)

    assert fingerprint(one) == fingerprint(same)
    assert fingerprint(one) != fingerprint(other)


def test_holidays_that_no_calendar_has_yet_are_told_as_expected(region):
    first, last = date(2026, 11, 2), date(2026, 11, 3)

    def on(day: Day) -> Cost:
        is_holiday = day.day_type is DayType.HOLIDAY and first <= day.date <= last
        return dearer(30_000) if is_holiday else ADULT

    [season] = compare(tariff(region), tariff(region, on), first=FIRST)

    assert (season.kind, season.is_expected) == (DayKind.HOLIDAY, True)
    assert season.spans == (Span(first, last, 2),)


def test_what_changes_on_any_day_is_not_told_again_for_holidays_to_come(region):
    seasons = compare(tariff(region), tariff(region, lambda _day: dearer(1)), first=FIRST)

    assert [(each.kind, each.is_expected) for each in seasons] == [
        (DayKind.WORKDAY, False),
        (DayKind.WEEKEND, False),
    ]
