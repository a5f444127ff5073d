"""Who comes when: a fair draw for the early, arrival for the rest, and a steady pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bookings.waiting.fairness import Pace, call, rank_of

AT = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize("early", [1, 2, 3, 7, 64, 65, 1000, 4097])
def test_the_draw_gives_each_of_the_early_another_place(early):
    ranks = [rank_of(number, early=early, seed="s") for number in range(1, early + 1)]

    assert sorted(ranks) == list(range(1, early + 1))


def test_another_seed_draws_another_order():
    drawn = [[rank_of(n, early=100, seed=seed) for n in range(1, 101)] for seed in ("a", "b")]

    assert drawn[0] != drawn[1]
    assert drawn[0] != list(range(1, 101))


def test_nobody_gains_by_coming_earlier_than_the_opening():
    firsts = [rank_of(1, early=10, seed=str(seed)) for seed in range(2000)]

    counts = [firsts.count(rank) for rank in range(1, 11)]
    assert min(counts) > 140
    assert max(counts) < 260


def test_who_comes_later_follows_by_arrival():
    assert [rank_of(n, early=10, seed="s") for n in (11, 12, 500)] == [11, 12, 500]


def seconds(number: float) -> datetime:
    return AT + timedelta(seconds=number)


def test_so_many_a_minute_are_called():
    pace = Pace(0, AT)
    for second in range(1, 61):
        pace = call(pace, joined=1000, per_minute=100, room=None, at=seconds(second))

    assert pace.served == 100


def test_asking_more_often_calls_nobody_sooner():
    pace = Pace(0, AT)
    for step in range(1, 601):
        pace = call(pace, joined=1000, per_minute=100, room=None, at=seconds(step / 10))

    assert pace.served == 100


def test_nobody_is_called_who_is_not_there():
    pace = call(Pace(3, AT), joined=5, per_minute=600, room=None, at=seconds(5))

    assert pace == Pace(5, seconds(5))


def test_a_full_house_calls_nobody_and_saves_nothing_up():
    full = call(Pace(3, AT), joined=50, per_minute=60, room=0, at=seconds(5))
    after = call(full, joined=50, per_minute=60, room=10, at=seconds(6))

    assert (full.served, after.served) == (3, 4)


def test_after_a_long_stop_at_most_ten_seconds_are_made_good():
    assert call(Pace(0, AT), joined=999, per_minute=60, room=None, at=seconds(3600)).served == 10


def test_a_clock_that_was_set_back_starts_to_count_anew():
    back = call(Pace(5, seconds(600)), joined=99, per_minute=60, room=None, at=AT)

    assert back == Pace(5, AT)
    assert call(back, joined=99, per_minute=60, room=None, at=seconds(2)).served == 7
