"""Seatings: the rule against trying everything, and what counts alone would sell wrongly."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.lines.seating import Ride, overlap, seat


def by_trying_everything(seats: int, chosen: dict[int, list[Ride]], others: list[Ride]) -> bool:
    """Whether any way of giving everybody a seat works."""
    for way in itertools.product(range(1, seats + 1), repeat=len(others)):
        rides = [(n, ride) for n, some in chosen.items() for ride in some]
        rides += list(zip(way, others, strict=True))
        pairs = itertools.combinations(rides, 2)
        if not any(a[0] == b[0] and overlap(a[1], b[1]) for a, b in pairs):
            return True
    return False


def assert_nobody_shares(chosen: dict[int, list[Ride]], others: list[Ride], given_: list[int]):
    sold = Counter(
        (number, segment)
        for number, ride in [
            *((n, ride) for n, some in chosen.items() for ride in some),
            *zip(given_, others, strict=True),
        ]
        for segment in range(*ride)
    )
    assert set(sold.values()) <= {1}


@st.composite
def sales(draw, *, most_seats: int = 3, most_stops: int = 6, most_others: int = 5):
    """A vehicle, chosen seats that do not clash, and rides without a choice."""
    seats, stops = draw(st.integers(1, most_seats)), draw(st.integers(2, most_stops))
    ride = st.tuples(st.integers(0, stops - 2), st.integers(1, stops - 1)).filter(
        lambda r: r[0] < r[1]
    )
    chosen: dict[int, list[Ride]] = {}
    for number, one in draw(st.lists(st.tuples(st.integers(1, seats), ride), max_size=4)):
        if not any(overlap(one, other) for other in chosen.get(number, ())):
            chosen.setdefault(number, []).append(one)
    return seats, stops, chosen, draw(st.lists(ride, max_size=most_others))


@given(sales())
def test_there_is_a_seating_exactly_where_trying_everything_finds_one(case):
    seats, stops, chosen, others = case

    found = seat(seats, chosen, others, stops=stops)

    assert (found is not None) == by_trying_everything(seats, chosen, others)
    if found is not None:
        assert_nobody_shares(chosen, others, found)


@given(sales(most_seats=4, most_stops=9, most_others=30))
def test_without_chosen_seats_counts_alone_say_it(case):
    seats, stops, _chosen, others = case
    fullest = max(Counter(s for ride in others for s in range(*ride)).values(), default=0)

    found = seat(seats, {}, others, stops=stops)

    assert (found is not None) == (fullest <= seats)
    if found is not None:
        assert_nobody_shares({}, others, found)


def test_a_seat_on_every_part_is_no_seat_for_the_whole_ride():
    chosen = {1: [(0, 1)], 2: [(1, 2)]}

    assert seat(2, chosen, [(0, 2)], stops=3) is None
    assert seat(2, chosen, [(0, 1), (1, 2)], stops=3) == [2, 1]


def test_the_shortest_gap_is_not_always_the_right_one():
    """Who boards first would fit into the seat that is chosen later, and must not have it."""
    assert seat(2, {2: [(4, 5)]}, [(1, 3), (2, 4), (3, 5)], stops=6) == [1, 2, 1]


def test_a_full_coach_of_sixty_seats_and_thirty_stops_is_seated():
    chosen = {n: [(n % 7, n % 7 + 9), (n % 7 + 11, 29)] for n in range(1, 21)}
    others = [(s, s + 1) for s in range(29) for _seat in range(40)]

    found = seat(60, chosen, others, stops=30)

    assert found is not None
    assert_nobody_shares(chosen, others, found)


@pytest.mark.parametrize("chosen", [{1: [(0, 2), (1, 3)]}, {0: [(0, 1)]}, {4: [(0, 1)]}])
def test_what_cannot_have_been_sold_is_no_question(chosen):
    with pytest.raises(ValueError, match="seat"):
        seat(3, chosen, [], stops=4)
