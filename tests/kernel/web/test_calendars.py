from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from kernel import clock
from kernel.web.calendars import Day, calendar

THURSDAY = date(2026, 10, 22)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 22, 4, tzinfo=UTC))
    with override("en"):
        yield


def test_the_first_day_stands_below_its_weekday() -> None:
    days = [Day(date=THURSDAY + timedelta(days=offset)) for offset in range(3)]

    grid = calendar(days)

    assert grid.days == [None, None, None, *days]
    assert grid.weekdays == ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def test_no_days_are_an_empty_grid() -> None:
    assert calendar([]).days == []


@pytest.mark.parametrize(
    ("given", "state", "word"),
    [
        ({"left": None}, "open", "Open"),
        ({"left": 10}, "open", "Open"),
        ({"left": 9}, "few", "9 left"),
        ({"left": 0}, "full", "Sold out"),
        ({"left": 0, "waiting": 0}, "full", "Waitlist"),
        ({"left": 40, "closed": "Past"}, "closed", "Past"),
    ],
)
def test_a_day_says_its_state_in_a_word(given: dict, state: str, word: str) -> None:
    day = Day(date=THURSDAY, **given)

    assert (day.state, day.word) == (state, word)


def test_the_first_of_a_month_says_its_month() -> None:
    assert Day(date=date(2026, 10, 31)).short == "31"
    assert Day(date=date(2026, 11, 1)).short == "1 Nov"
    assert Day(date=date(2026, 11, 1)).full == "Sun 1 Nov"
