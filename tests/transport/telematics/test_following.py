"""How far along its run a vehicle is, and how late: without any table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.telematics.following import Progress, Stop, follow, times

LINE = (
    Stop(30.00, 118.0, 0, 0),
    Stop(30.06, 118.0, 1200, 1260),
    Stop(30.12, 118.0, 2460, 2460),
)
"""Three stops from south to north, twenty minutes apart, with a minute's wait in the middle."""


def at(latitude: float, elapsed_s: int, longitude: float = 118.0) -> Progress | None:
    return follow(LINE, latitude=latitude, longitude=longitude, elapsed_s=elapsed_s)


@pytest.mark.parametrize(
    ("latitude", "elapsed_s", "expected"),
    [
        (30.00, -300, Progress(0, True, 0)),
        (30.00, 120, Progress(0, True, 120)),
        (30.03, 600, Progress(1, False, 0)),
        (30.03, 900, Progress(1, False, 300)),
        (30.03, 500, Progress(1, False, -100)),
        (30.06, 1230, Progress(1, True, 0)),
        (30.06, 1100, Progress(1, True, -100)),
        (30.06, 1500, Progress(1, True, 240)),
        (30.09, 1860, Progress(2, False, 0)),
        (30.12, 2460, Progress(2, True, 0)),
    ],
)
def test_where_it_is_and_how_late(latitude, elapsed_s, expected):
    assert at(latitude, elapsed_s) == expected


def test_a_winding_road_is_still_the_way():
    found = at(30.03, 600, longitude=118.03)

    assert found == Progress(1, False, 0)


@pytest.mark.parametrize(
    ("latitude", "elapsed_s", "longitude"),
    [
        (30.03, 600, 118.5),  # another valley
        (29.50, 600, 118.0),
        (30.03, -60, 118.0),  # before the departure it comes to the first stop
        (30.12, -60, 118.0),
        (30.03, 600 + 4 * 3600, 118.0),  # not this run any more
        (30.11, 100, 118.0),  # nor yet
    ],
)
def test_what_is_not_on_this_run_says_nothing(latitude, elapsed_s, longitude):
    assert at(latitude, elapsed_s, longitude) is None


def test_on_a_way_out_and_back_the_timetable_tells_which():
    loop = (*LINE, Stop(30.06, 118.0, 3660, 3660), Stop(30.00, 118.0, 4860, 4860))

    there = follow(loop, latitude=30.03, longitude=118.0, elapsed_s=700)
    back = follow(loop, latitude=30.03, longitude=118.0, elapsed_s=4300)

    assert (there.next, there.late_s) == (1, 100)
    assert (back.next, back.late_s) == (4, 40)


def test_who_is_late_waits_nowhere_and_nobody_leaves_early():
    assert list(times(LINE, Progress(1, False, 90))) == [(1, 1290, 1290), (2, 2490, 2490)]
    assert list(times(LINE, Progress(1, False, 30))) == [(1, 1230, 1260), (2, 2460, 2460)]
    assert list(times(LINE, Progress(1, False, -100))) == [(1, 1100, 1260), (2, 2460, 2460)]
    assert list(times(LINE, Progress(1, True, 240))) == [(1, 1200, 1500), (2, 2700, 2700)]


@given(segment=st.integers(0, 1), share=st.floats(0.05, 0.95), late=st.integers(-800, 3 * 3600 - 1))
def test_on_the_line_between_two_stops_it_is_as_late_as_it_is(segment, share, late):
    start, end = LINE[segment], LINE[segment + 1]
    due = start.departs_s + share * (end.arrives_s - start.departs_s)
    elapsed = round(due) + late
    if elapsed < 0:
        return
    found = follow(
        LINE,
        latitude=start.latitude + share * (end.latitude - start.latitude),
        longitude=118.0,
        elapsed_s=elapsed,
    )

    assert found is not None
    assert found.next == segment + 1
    assert abs(found.late_s - late) <= 2


@given(
    latitude=st.floats(-90, 90), longitude=st.floats(-180, 180), elapsed=st.integers(-4000, 20_000)
)
def test_times_to_come_only_grow_and_no_departure_is_early(latitude, longitude, elapsed):
    found = follow(LINE, latitude=latitude, longitude=longitude, elapsed_s=elapsed)

    told = list(times(LINE, found)) if found else []

    flat = [moment for _number, arrives, leaves in told for moment in (arrives, leaves)]
    assert flat == sorted(flat)
    assert all(leaves >= LINE[number].departs_s for number, _arrives, leaves in told)
