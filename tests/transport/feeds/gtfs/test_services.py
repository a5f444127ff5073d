"""Whether a service runs, and since when."""

from __future__ import annotations

from datetime import date

from transport.feeds.gtfs.feed import Feed
from transport.feeds.gtfs.rows.service import Calendar, CalendarDate
from transport.feeds.gtfs.services import Services

FRIDAY, MONDAY, TUESDAY = date(2026, 10, 2), date(2026, 10, 5), date(2026, 10, 6)
ADDED, REMOVED = 1, 2


def services(*dates: CalendarDate, week: str = "1111100") -> Services:
    flags = [int(flag) for flag in week]
    calendar = [Calendar("S", *flags, start_date=FRIDAY, end_date=TUESDAY)]
    return Services(Feed(calendar=calendar, calendar_dates=list(dates)))


def test_a_week_begins_on_its_first_day():
    assert services().first_day("S") == FRIDAY
    assert services(week="1000000").first_day("S") == MONDAY


def test_a_day_that_is_taken_away_is_none():
    assert services(CalendarDate("S", FRIDAY, REMOVED)).first_day("S") == MONDAY


def test_a_day_that_is_added_counts():
    assert services(CalendarDate("S", date(2026, 9, 1), ADDED)).first_day("S") == date(2026, 9, 1)


def test_dates_alone_are_a_service():
    alone = services(CalendarDate("T", MONDAY, ADDED))

    assert alone.first_day("T") == MONDAY
    assert alone.names == {"S", "T"}


def test_a_service_without_a_day_has_no_first_one():
    assert services(week="0000000").first_day("S") is None


def test_a_week_without_end_is_quick_to_ask():
    forever = Feed(calendar=[Calendar("S", 0, 0, 0, 0, 0, 0, 1, date.min, date.max)])

    assert Services(forever).first_day("S") == date(1, 1, 7)


def test_the_last_day_of_all_has_no_morrow():
    last = Feed(calendar=[Calendar("S", 0, 0, 0, 0, 0, 0, 1, date.max, date.max)])

    assert Services(last).first_day("S") is None
