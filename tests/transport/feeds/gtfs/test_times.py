"""The times of a trip between its timepoints."""

from __future__ import annotations

from transport.feeds.gtfs.rows.service import StopTime
from transport.feeds.gtfs.times import Passing, passings


def at(sequence: int, seconds: int | None = None, far: float | None = None) -> StopTime:
    row = StopTime("t", sequence, stop_id="s", shape_dist_traveled=far)
    row.arrival_time = row.departure_time = seconds
    return row


def test_blank_times_lie_evenly_between_timepoints():
    along = [at(1, 0), at(2), at(5), at(9, 100), at(10), at(11, 201)]

    assert passings(along) == [(0, 0), (33, 33), (66, 66), (100, 100), (150, 150), (201, 201)]


def test_blank_times_go_by_distance_where_all_have_one():
    along = [at(1, 0, 0.0), at(2, None, 1.0), at(3, None, 9.0), at(4, 1000, 10.0)]

    assert passings(along) == [(0, 0), (100, 100), (900, 900), (1000, 1000)]


def test_a_missing_distance_makes_them_even():
    along = [at(1, 0, 0.0), at(2, None, None), at(3, 1000, 10.0)]

    assert passings(along)[1] == (500, 500)


def test_a_wait_at_a_timepoint_is_no_way():
    first = StopTime("t", 1, arrival_time=0, departure_time=600)
    last = StopTime("t", 3, arrival_time=1200, departure_time=1800)

    assert passings([first, at(2), last]) == [(0, 600), (900, 900), (1200, 1800)]


def test_one_time_counts_for_both():
    first = StopTime("t", 1, departure_time=600)
    last = StopTime("t", 2, arrival_time=1200)

    assert passings([first, last]) == [Passing(600, 600), Passing(1200, 1200)]


def test_a_ride_on_request_has_no_time():
    window = StopTime(
        "t", 2, start_pickup_drop_off_window=0, end_pickup_drop_off_window=3600, location_id="z"
    )

    assert passings([at(1, 0), window, at(3), at(4, 100)]) == [(0, 0), None, (50, 50), (100, 100)]
