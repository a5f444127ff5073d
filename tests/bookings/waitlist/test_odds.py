"""The odds: never less for a better rank or for one more time, honest where little is known."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.waitlist import odds
from bookings.waitlist.odds import Look, Odds, Time

TIMES = st.builds(
    Time, ahead=st.integers(0, 500), capacity=st.integers(0, 300), days=st.floats(0, 30)
)
LOOKS = st.builds(
    Look, size=st.integers(1, 12), times=st.lists(TIMES, min_size=1, max_size=6).map(tuple)
)


def history(seed: int, looks: int) -> list[tuple[Look, bool]]:
    """Who is far behind is served less often; and much is left to chance."""
    chance = Random(seed)
    made = []
    for _look in range(looks):
        ahead, capacity = chance.randrange(60), chance.randint(20, 200)
        time = Time(ahead, capacity, 10 * chance.random())
        made.append((Look(chance.randint(1, 5), (time,)), chance.random() * capacity > 2 * ahead))
    return made


def learnt(seed: int) -> Odds:
    found = odds.learn(history(seed, 1_000))
    assert found is not None
    return found


TABLES = st.integers(0, 5).map(learnt)


@settings(max_examples=60, deadline=None)
@given(TABLES, LOOKS, st.integers(0, 5), st.integers(1, 100))
def test_nobody_s_odds_rise_with_more_people_ahead(table, look, which, more):
    number = which % len(look.times)
    times = list(look.times)
    one = times[number]
    times[number] = Time(one.ahead + more, one.capacity, one.days)

    behind = table.of(Look(look.size, tuple(times)))

    assert 0 <= behind <= table.of(look) <= 1


@settings(max_examples=60, deadline=None)
@given(TABLES, LOOKS, TIMES)
def test_one_more_time_that_would_do_is_never_less(table, look, another):
    assert table.of(Look(look.size, (*look.times, another))) >= table.of(look)


@settings(max_examples=60, deadline=None)
@given(TABLES, LOOKS)
def test_a_larger_party_has_no_better_odds(table, look):
    assert table.of(Look(look.size + 1, look.times)) <= table.of(look)


@settings(max_examples=40, deadline=None)
@given(TABLES, LOOKS)
def test_a_table_is_the_same_after_it_was_kept(table, look):
    assert Odds.from_json(table.as_json()).of(look) == table.of(look)


@pytest.mark.parametrize(
    "too_little",
    [
        history(1, odds.LEAST_LOOKS - 1),
        [(look, True) for look, _served in history(1, 500)],
        [(look, n < odds.LEAST_OF_A_KIND - 1) for n, (look, _s) in enumerate(history(1, 500))],
    ],
)
def test_of_too_little_nothing_is_said(too_little):
    assert odds.learn(too_little) is None


@pytest.mark.parametrize(
    ("chance", "shown"), [(0.0, 5), (0.02, 5), (0.12, 10), (0.6, 60), (0.98, 95), (1.0, 95)]
)
def test_no_promise_and_no_despair_are_shown(chance, shown):
    assert odds.percent(chance) == shown
