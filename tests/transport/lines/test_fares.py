"""What a ride costs, and that counting per segment seats everybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.lines import fares

RISING = st.lists(st.integers(0, 5_000), min_size=1, max_size=8).map(
    lambda steps: [0, *(sum(steps[: n + 1]) for n in range(len(steps)))]
)


@pytest.mark.parametrize(
    ("table", "board", "alight", "fen"),
    [
        ([0, 1_500, 3_000], 0, 2, 3_000),
        ([0, 1_500, 3_000], 0, 1, 1_500),
        ([0, 1_500, 3_000], 1, 2, 1_500),
        ([0, 1_900, 1_900], 0, 1, 1_900),  # one flat fare, whatever the ride
        ([0, 1_900, 1_900], 1, 2, 1_900),
        ([0, 1_000, 1_000, 2_500], 1, 2, 1_000),  # nothing more costs the shortest ride
    ],
)
def test_a_ride_costs_the_difference_of_the_published_fares(table, board, alight, fen):
    assert fares.fare_fen(table, board, alight) == fen


@pytest.mark.parametrize(("board", "alight"), [(1, 1), (2, 1), (-1, 1), (0, 3)])
def test_there_is_no_ride_to_where_one_is_or_beyond(board, alight):
    with pytest.raises(ValueError, match="no such ride"):
        fares.fare_fen([0, 100, 200], board, alight)


@given(RISING.filter(lambda table: table[-1] > 0), st.data())
def test_no_ride_is_free_and_none_costs_more_than_the_whole_way(table, data):
    board = data.draw(st.integers(0, len(table) - 2))
    alight = data.draw(st.integers(board + 1, len(table) - 1))

    assert 0 < fares.fare_fen(table, board, alight) <= table[-1]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)).filter(lambda r: r[0] < r[1])))
def test_what_fits_by_segments_can_be_seated(rides):
    """A brute-force seating of what the counts admit never needs more seats than there are."""
    seats, left = 3, [3] * 6
    admitted = []
    for board, alight in rides:
        touched = fares.segments_of(range(6), board, alight)
        if all(left[segment] for segment in touched):
            for segment in touched:
                left[segment] -= 1
            admitted.append((board, alight))

    free_from = [0] * seats
    for board, alight in sorted(admitted):
        seat = next(n for n in range(seats) if free_from[n] <= board)
        free_from[seat] = alight
