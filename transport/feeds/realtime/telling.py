"""What the three messages have in common: names of runs, moments, words in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from google.transit import gtfs_realtime_pb2 as rt

from kernel.naming import EN, ZH
from kernel.places.models import Region
from transport.feeds import queries
from transport.feeds.exporting import Ids
from transport.lines import operations as lines
from transport.lines.models import Run

VERSION = "2.0"
LANGUAGES = {ZH: "zh-Hans", EN: "en"}


@dataclass(slots=True)
class Telling:
    """A message that is being written about a region at a moment."""

    region: Region
    ids: Ids
    at: datetime
    message: rt.FeedMessage = field(default_factory=rt.FeedMessage)
    _by_headway: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        header = self.message.header
        header.gtfs_realtime_version = VERSION
        header.incrementality = rt.FeedHeader.FULL_DATASET
        header.timestamp = seconds(self.at)

    def known(self, runs: Iterable[Run]) -> list[Run]:
        """Those of these runs whose trips are in the feed. One statement looks which go by headway."""
        found = [run for run in runs if run.trip_id in self.ids.trips]
        trip_ids = {run.trip_id for run in found}
        self._by_headway |= set(queries.headways(trip_ids)) if trip_ids else set()
        return found

    def entity(self, key: str) -> rt.FeedEntity:
        """Another entity of the message."""
        made: rt.FeedEntity = self.message.entity.add(id=key)
        return made

    def describe(self, trip: rt.TripDescriptor, run: Run, number: int = 1) -> None:
        """Say which run it is. A relief vehicle (``number`` from 2 on) runs a trip beside the feed's."""
        trip.route_id = self.ids.routes[run.line_id]
        trip.start_date = f"{run.service_date:%Y%m%d}"
        name = self.ids.trips[run.trip_id]
        is_added = number > 1
        trip.trip_id = f"{name}:{trip.start_date}:{run.number}:{number}" if is_added else name
        trip.schedule_relationship = (
            rt.TripDescriptor.ADDED if is_added else rt.TripDescriptor.SCHEDULED
        )
        if is_added or run.trip_id in self._by_headway:
            trip.start_time = clock_of(run)


def seconds(moment: datetime) -> int:
    """POSIX time."""
    return int(moment.timestamp())


def clock_of(run: Run) -> str:
    """When a run departs, as GTFS writes it: past 24:00 it belongs to the day before."""
    midnight = lines.departure(run.line, 0, run.service_date)
    minutes, second = divmod(int((run.departs_at - midnight).total_seconds()), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}"


def say(text: rt.TranslatedString, words: Mapping[str, str]) -> None:
    """Write a text in each language that it has."""
    for code, language in LANGUAGES.items():
        if words.get(code):
            text.translation.add(text=words[code], language=language)


def key_of(run: Run, number: int = 1) -> str:
    """The id of a run's entity."""
    return f"run-{run.pk}" if number == 1 else f"run-{run.pk}-{number}"
