"""The cancellation ladder as it is drawn: what comes back until when, and where one stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bookings import terms
from bookings.contracts import Step, Terms

START = datetime(2026, 10, 10, 8, tzinfo=UTC)
DAY = timedelta(days=1)
LADDER = Terms(steps=(Step(7 * 86_400, 1000), Step(86_400, 500), Step(3_600, 100)))


def drawn(at: datetime, ladder: Terms = LADDER) -> list[tuple[timedelta | None, int, bool]]:
    return [
        (START - rung.until if rung.until else None, rung.permille, rung.is_now)
        for rung in terms.ladder(ladder, starts_at=START, at=at)
    ]


@pytest.mark.parametrize(
    ("at", "here"),
    [
        (START - 8 * DAY, 0), (START - 7 * DAY, 0), (START - 7 * DAY + timedelta(seconds=1), 1),
        (START - 2 * timedelta(hours=1), 2), (START - timedelta(hours=1), 2), (START, 3),
    ],
)  # fmt: skip
def test_each_step_until_when_and_the_one_of_now(at, here):
    steps = [(7 * DAY, 1000), (DAY, 500), (timedelta(hours=1), 100), (None, 0)]
    assert drawn(at) == [(*step, number == here) for number, step in enumerate(steps)]


@pytest.mark.parametrize("hours", [300, 100, 10, 0.5, -1])
def test_the_step_of_now_gives_what_a_cancellation_gives(hours):
    at = START - timedelta(hours=hours)
    [now] = [permille for _until, permille, is_now in drawn(at) if is_now]
    assert now == terms.permille(LADDER, starts_at=START, at=at)


def test_nothing_ever_comes_back_without_steps():
    assert drawn(START, Terms()) == [(None, 0, True)]
