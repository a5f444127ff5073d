"""What kind of day it is, also in years that nobody has published."""

from datetime import date

import pytest

from kernel.places import calendar
from kernel.places.models import CalendarDay, DayType
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


def test_a_published_day_wins_over_its_weekday_in_its_own_region_only():
    region, other = RegionFactory(), RegionFactory()
    sunday = date(2026, 10, 11)
    CalendarDay.objects.create(region=region, date=sunday, day_type=DayType.MAKEUP)

    own = calendar.days(region_id=region.pk, first=sunday, last=sunday)
    elsewhere = calendar.days(region_id=other.pk, first=sunday, last=sunday)

    assert own[sunday].day_type is DayType.MAKEUP
    assert elsewhere[sunday].day_type is DayType.WEEKEND


def test_every_day_of_a_span_is_there_whatever_is_published():
    days = calendar.days(region_id=0, first=date(2031, 12, 30), last=date(2032, 1, 3))

    assert [day.day_type.value for day in days.values()] == [
        "WORKDAY",
        "WORKDAY",
        "WORKDAY",
        "WORKDAY",
        "WEEKEND",
    ]


def test_the_holidays_that_the_law_fixes_are_computed_in_both_languages():
    days = {day.date: day for day in calendar.computed_holidays("CN", [2027])}

    national = days[date(2027, 10, 1)]
    assert (national.day_type, national.name_zh, national.name_en) == (
        DayType.HOLIDAY,
        "国庆节",
        "National Day",
    )
    assert date(2027, 2, 6) in days
    assert date(2027, 3, 1) not in days


def test_an_unknown_country_has_none():
    assert calendar.computed_holidays("XX", [2027]) == []
