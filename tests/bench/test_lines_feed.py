"""The made-up city is a feed without a fault, as large as was asked, in which nothing comes twice."""

from __future__ import annotations

import io
from datetime import date

import pytest

from bench import lines_feed
from transport.feeds import gtfs

FIRST = date(2026, 12, 1)


@pytest.fixture(scope="module")
def feed() -> gtfs.Feed:
    return lines_feed.make(stop_times=8_000, first=FIRST)


def test_it_reads_as_it_was_written_without_a_fault_or_a_doubt(feed):
    file = io.BytesIO()
    gtfs.write(feed, file)
    file.seek(0)

    reading = gtfs.read(file)

    assert reading.feed == feed
    assert reading.report.note_count == 0


def test_it_is_as_large_as_was_asked_and_less_than_one_trip_larger(feed):
    longest = max(
        sum(row.trip_id == trip.trip_id for row in feed.stop_times) for trip in feed.trips[:60]
    )

    assert 8_000 <= len(feed.stop_times) < 8_000 + longest


def test_every_trip_is_another_departure(feed):
    first = {row.trip_id: row for row in reversed(feed.stop_times)}
    departures = {
        (trip.route_id, trip.direction_id, trip.service_id, first[trip.trip_id].departure_time)
        for trip in feed.trips
    }

    assert len(departures) == len(feed.trips)


def test_stops_lie_apart_and_a_line_passes_each_once(feed):
    points = {(stop.stop_lat, stop.stop_lon) for stop in feed.stops}
    along: dict[str, list[str | None]] = {}
    for row in feed.stop_times:
        along.setdefault(row.trip_id, []).append(row.stop_id)

    assert len(points) == len(feed.stops)
    assert all(len(set(stops)) == len(stops) > 7 for stops in along.values())
