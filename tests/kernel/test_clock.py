"""The clock: real, unless a throw-away server moves it; several processes agree on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from kernel import clock

START = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
BEGAN = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)


class Watch(datetime):
    """A real clock that the test moves."""

    moment = BEGAN

    @classmethod
    def now(cls, tz=None):
        return cls.moment


@pytest.fixture(autouse=True)
def watch(monkeypatch):
    monkeypatch.setattr(clock, "datetime", Watch)
    monkeypatch.setattr(Watch, "moment", BEGAN)
    clock._moved.cache_clear()
    yield Watch
    clock._moved.cache_clear()


def test_it_is_the_real_moment_in_utc(settings, watch):
    settings.QUANYU_CLOCK = ""

    assert clock.now() == BEGAN
    assert clock.now().utcoffset() == timedelta(0)


def test_it_starts_where_it_is_told_and_runs_as_fast_as_it_is_told(settings, watch):
    settings.QUANYU_THROWAWAY = True
    settings.QUANYU_CLOCK = "2026-10-01T14:00:00+08:00@60"

    assert clock.now() == START
    watch.moment = BEGAN + timedelta(seconds=10)
    assert clock.now() == START + timedelta(minutes=10)
    assert clock.now().utcoffset() == timedelta(0)


def test_without_a_speed_it_runs_as_fast_as_the_real_one(watch):
    assert clock.moved_now("2026-10-01T06:00:00Z") == START
    watch.moment = BEGAN + timedelta(seconds=10)

    assert clock.moved_now("2026-10-01T06:00:00Z") == START + timedelta(seconds=10)


def test_processes_that_start_later_agree_on_it(watch):
    shared = clock.spec(START, 60, BEGAN)
    watch.moment = BEGAN + timedelta(seconds=30)

    assert clock.moved_now(shared) == START + timedelta(minutes=30)


@pytest.mark.parametrize("is_local", [True, False])
def test_it_is_moved_on_throw_away_servers_only(settings, is_local):
    settings.QUANYU_LOCAL, settings.QUANYU_THROWAWAY = is_local, False
    settings.QUANYU_CLOCK = "2026-10-01T06:00:00Z@60"

    with pytest.raises(ImproperlyConfigured, match="throw-away"):
        clock.now()


@pytest.mark.parametrize(
    "spec",
    [
        "soon",
        "@60",
        "2026-10-01T06:00:00Z@fast",
        "2026-10-01T06:00:00Z@60/now",
        "2026-10-01T06:00:00Z@nan",
        "2026-10-01T06:00:00Z@inf",
        "2026-10-01T06:00:00Z@0",
        "2026-10-01T06:00:00Z@-1",
        "2026-10-01T06:00:00Z@60/1e99",
        "2026-10-01T06:00:00@60",
        "2026-13-01T06:00:00Z@60",
    ],
)
def test_what_cannot_be_meant_is_refused(spec):
    """No zone means no moment; a clock that stands or runs backwards breaks every deadline."""
    with pytest.raises(ImproperlyConfigured, match="QUANYU_CLOCK wants"):
        clock.moved_now(spec)
