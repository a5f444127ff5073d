"""What of a feed no other table has, kept as files."""

from __future__ import annotations

from transport.feeds.gtfs.feed import tables
from transport.feeds.gtfs.writing import text_of
from transport.feeds.models import FeedFile
from transport.feeds.operations.incoming import Incoming
from transport.feeds.patterns import Timetable

OUR_TABLES = (
    "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "frequencies",
)  # fmt: skip
"""Kept row by row beside what they became."""


def keep_files(incoming: Incoming, timetable: Timetable) -> None:
    """Keep the other tables, the files of others, and trips that only run on request."""
    data = incoming.data
    on_request = {trip.trip_id for trip in timetable.other_trips}
    kept = {name: data.rows(name) for name in tables() if name not in OUR_TABLES}
    kept["trips"] = timetable.other_trips
    kept["stop_times"] = timetable.other_times
    kept["frequencies"] = [row for row in data.frequencies if row.trip_id in on_request]
    files = {
        tables()[name].file: text_of(rows, tables()[name]) for name, rows in kept.items() if rows
    }
    FeedFile.objects.filter(feed=incoming.feed).delete()
    FeedFile.objects.bulk_create(
        [
            FeedFile(feed=incoming.feed, name=name, content=content)
            for name, content in {**files, **data.others}.items()
        ],
        batch_size=20,
    )
