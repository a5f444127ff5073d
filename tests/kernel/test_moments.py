"""Days and times in words: as short as today allows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from kernel import clock, moments

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 10, 23, 17, 0, tzinfo=UTC)  # 01:00 of the 24th in Shanghai


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_day_of_this_year_has_no_year():
    assert moments.day_words(date(2026, 10, 24)) == "Sat 24 Oct"


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2027, 1, 2), "Sat 2 Jan 2027"), (date(2025, 12, 31), "Wed 31 Dec 2025")],
)
def test_a_day_of_another_year_has_it(day, words):
    assert moments.day_words(day) == words


def test_chinese_reads_it_in_its_own_order():
    with translation.override("zh-hans"):
        assert "10月24日" in moments.day_words(date(2026, 10, 24))


@pytest.mark.parametrize(
    ("hour", "day", "words"),
    [(9, 24, "09:30"), (0, 24, "00:30"), (23, 23, "Fri 23 Oct 23:30"), (0, 25, "Sun 25 Oct 00:30")],
)
def test_today_is_meant_on_the_moments_own_clock(hour, day, words):
    """It is the 24th there, and still the 23rd in UTC."""
    assert moments.moment_words(datetime(2026, 10, day, hour, 30, tzinfo=SHANGHAI)) == words


def test_the_same_moment_reads_differently_elsewhere():
    there = datetime(2026, 10, 24, 9, 30, tzinfo=SHANGHAI)

    assert moments.time_words(there) == "09:30"
    assert moments.moment_words(there.astimezone(UTC)) == "Sat 24 Oct 01:30"
