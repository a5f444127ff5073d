"""Time to answer runs from 8:00 to 22:00 and stands still at night: the one rule of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.messages.quiet import is_night, waking_until

ZONE = "Asia/Shanghai"
TZ = ZoneInfo(ZONE)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-10-{text}").replace(tzinfo=TZ)


@pytest.mark.parametrize(
    ("asked", "minutes", "until"),
    [
        ("01T12:00", 20, "01T12:20"),
        ("01T21:40", 20, "01T22:00"),
        ("01T21:50", 20, "02T08:10"),
        ("01T22:00", 20, "02T08:20"),
        ("02T03:15", 20, "02T08:20"),
        ("02T07:59", 20, "02T08:20"),
        ("01T11:00", 360, "01T17:00"),
        ("01T19:00", 360, "02T11:00"),
        ("01T12:00", 1440, "02T22:00"),
    ],
)
def test_night_does_not_count(asked, minutes, until):
    found = waking_until(local(asked), timedelta(minutes=minutes), ZONE)

    assert found == local(until)


@pytest.mark.parametrize(
    ("begins", "until"),
    [("02T08:30", "02T08:20"), ("02T08:20", "01T23:20"), ("02T06:30", "01T23:20")],
)
def test_what_begins_before_they_are_up_does_not_wait_for_them(begins, until):
    twenty = timedelta(minutes=20)

    assert waking_until(local("01T23:00"), twenty, ZONE, before=local(begins)) == local(until)


@given(
    since=st.integers(0, 365 * 24 * 60),
    minutes=st.integers(1, 3000),
)
def test_it_is_never_over_at_night_and_is_so_long_awake(since, minutes):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
    until = waking_until(at, timedelta(minutes=minutes), ZONE)
    awake = sum(
        not is_night(at + timedelta(minutes=minute), ZONE)
        for minute in range(int((until - at) / timedelta(minutes=1)))
    )

    assert not is_night(until - timedelta(microseconds=1), ZONE)
    assert abs(awake - minutes) <= 1
