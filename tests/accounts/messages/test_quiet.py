"""Quiet hours: over midnight, on any zone's clock, over changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.messages.quiet import end_of_quiet

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-10-01T21:59:59", None),
        ("2026-10-01T22:00:00", "2026-10-02T08:00:00"),
        ("2026-10-01T23:59:59", "2026-10-02T08:00:00"),
        ("2026-10-02T00:00:00", "2026-10-02T08:00:00"),
        ("2026-10-02T07:59:59", "2026-10-02T08:00:00"),
        ("2026-10-02T08:00:00", None),
    ],
)
def test_the_usual_window_reaches_over_midnight(now, ends):
    found = end_of_quiet(local(now), "Asia/Shanghai", time(22), time(8))

    assert found == (local(ends) if ends else None)


@pytest.mark.parametrize(
    ("now", "is_quiet"), [("12:59", False), ("13:00", True), ("14:59", True), ("15:00", False)]
)
def test_a_window_may_lie_within_a_day(now, is_quiet):
    found = end_of_quiet(local(f"2026-10-01T{now}:00"), "Asia/Shanghai", time(13), time(15))

    assert found == (local("2026-10-01T15:00:00") if is_quiet else None)


@pytest.mark.parametrize("now", ["00:00", "08:00", "22:00"])
def test_equal_times_are_no_window(now):
    assert end_of_quiet(local(f"2026-10-01T{now}:00"), "Asia/Shanghai", time(8), time(8)) is None


def test_the_night_of_the_longer_hour_ends_by_the_wall_clock():
    at = local("2026-10-24T23:00:00", "Europe/Berlin")

    found = end_of_quiet(at, "Europe/Berlin", time(22), time(8))

    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 7, 0, tzinfo=UTC)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    start=st.times(),
    until=st.times(),
)
def test_what_waits_for_the_end_is_not_held_again(at, zone, start, until):
    """It ends after now, within a day and an hour, and nobody is quiet then."""
    ends = end_of_quiet(at, zone, start, until)

    if ends is not None:
        assert at < ends <= at + timedelta(hours=25)
        assert end_of_quiet(ends, zone, start, until) is None
