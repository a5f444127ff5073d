"""How far a departure moves: a rule of its own, whatever brings the new times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.lines.retiming import Shift, at_clock, shift

STOPS = [(1, 0, 0, True, False), (2, 600, 660, True, True), (3, 1200, 1200, False, True)]


@given(st.integers(0, 90_000), st.integers(-7200, 7200))
def test_a_departure_that_moves_as_a_whole_moves_alike_everywhere(departs_s, by):
    moved = shift(at_clock(departs_s, STOPS), at_clock(departs_s + by, STOPS))

    assert moved == Shift(min(0, by), max(0, by))
    assert bool(moved) == (by != 0)
    assert moved.is_earlier == (by < 0)
    assert moved.is_within(abs(by))
    assert not by or not moved.is_within(abs(by) - 1)


@given(st.lists(st.integers(-600, 600), min_size=3, max_size=3))
def test_the_stops_that_move_most_either_way_count(by):
    now = [
        (stop[0], stop[1] + n, stop[2] + n, *stop[3:]) for stop, n in zip(STOPS, by, strict=True)
    ]

    assert shift(STOPS, now) == Shift(min(0, *by), max(0, *by))


@pytest.mark.parametrize(
    "now",
    [
        STOPS[:2],
        [*STOPS[:2], (4, 1200, 1200, False, True)],
        [STOPS[0], (2, 600, 660, False, True), STOPS[2]],
        [STOPS[0], (2, 600, 660, True, False), STOPS[2]],
    ],
    ids=["fewer stops", "another stop", "nobody gets on", "nobody gets off"],
)
def test_other_stops_are_another_departure(now):
    assert shift(STOPS, now) is None


def test_a_stop_more_at_which_people_get_on_is_the_same_departure():
    now = [*STOPS[:2], (3, 1200, 1200, True, True)]

    assert shift(STOPS, now) == Shift(0, 0)
