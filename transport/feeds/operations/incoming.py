"""A version of a feed while it comes in: what was found and made of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from kernel.places.models import Region
from kernel.provenance import Confidence
from transport.feeds import gtfs
from transport.feeds.gtfs.rows.service import Route
from transport.feeds.models import Feed
from transport.feeds.words import Words


@dataclass(slots=True)
class Incoming:
    """Ids of our rows by the feed's own: organisations by agency_id, places by stop_id, lines by
    route_id, services by (service_id, organisation). ``changed_lines`` have trips or days that
    are other ones than before."""

    feed: Feed
    data: gtfs.Feed
    words: Words
    at: datetime
    seats: int | None
    is_first: bool
    organisations: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    services: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def region(self) -> Region:
        return self.feed.region

    @property
    def today(self) -> date:
        """The region's day."""
        return self.region.local_date(self.at)

    @property
    def provenance(self) -> dict[str, str]:
        """Where rows come from, as every sourced table keeps it."""
        publishers = [info.feed_publisher_name for info in self.data.feed_info]
        publishers += [agency.agency_name for agency in self.data.agency]
        return {"source": f"GTFS, {publishers[0]}", "confidence": Confidence.HIGH.value}

    def organisation_of(self, route: Route) -> int:
        """Whose line a route is. Without an agency of its own it is of the only one."""
        name = route.agency_id or ""
        return self.organisations.get(name) or next(iter(self.organisations.values()))
