"""What stops, lines and trips are called in a region's feed: by whoever speaks of it later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.places.models import Region
from transport.feeds.cells import unpack_stops
from transport.feeds.exporting.trips import trip_names
from transport.feeds.exporting.whole import begin
from transport.feeds.models import FeedPattern, FeedTrip

Sequences = Mapping[int, tuple[int, ...]]
"""The stop_sequence of each stop of a pattern, by the pattern's id."""


@dataclass(frozen=True, slots=True)
class Ids:
    """stop_id by place, route_id by line, trip_id by trip, as an export at that moment writes them.

    ``sequences`` has only patterns that came with a feed; others count from 1.
    """

    stops: Mapping[int, str]
    routes: Mapping[int, str]
    trips: Mapping[int, str]
    sequences: Sequences

    def sequence(self, pattern_id: int, number: int) -> int:
        """The stop_sequence of a pattern's stop; ``number`` counts from 0."""
        came = self.sequences.get(pattern_id)
        return came[number] if came else number + 1


def ids_of(*, region: Region, slug: str, at: datetime) -> Ids:
    """The names that ``export`` gives, without writing a feed.

    :raises NoTimetable: there is none.
    """
    out, trips, patterns = begin(region=region, slug=slug, at=at)
    came = FeedTrip.objects.filter(feed=out.known).values_list("trip_id", "gtfs_id")
    sequences = {
        row.pattern_id: tuple(stop.stop_sequence for stop in unpack_stops(row.stops))
        for row in FeedPattern.objects.filter(feed=out.known, pattern__in=patterns)
    }
    return Ids(
        stops=dict(out.stops),
        routes=dict(out.routes),
        trips=trip_names(out, trips, dict(came)),
        sequences={pk: found for pk, found in sequences.items() if len(found) == len(patterns[pk])},
    )
