"""Reads of feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from accounts.organisations.models import Organisation
from kernel.places.models import Region
from transport.feeds.meanings import Headways
from transport.feeds.models import Feed, FeedRoute, FeedRow, FeedService, FeedStop, FeedTrip
from transport.lines import queries as lines
from transport.lines.models import Headway, TimetableTrip
from transport.lines.queries import Stops


def feed_of(region: Region, slug: str) -> Feed | None:
    """A feed of a region by its short name, if there is one."""
    return Feed.objects.filter(region=region, slug=slug).first()


def feeds_of(organisation: Organisation) -> list[Feed]:
    """The feeds of an operator's region that have lines of this operator and of nobody else."""
    feeds = Feed.objects.filter(region=organisation.region_id).order_by("pk")
    return [feed for feed in feeds if set(feed.agencies.values()) == {organisation.pk}]


def is_others(region: Region, slug: str, organisation: Organisation | None) -> bool:
    """Whether a feed has lines of other operators than this one; without one all may be in it."""
    known = feed_of(region, slug)
    return bool(known and organisation and set(known.agencies.values()) - {organisation.pk})


def counts(feed: Feed) -> dict[str, int]:
    """How many rows the newest version has of what became rows of ours, by their name."""
    models: tuple[type[FeedRow], ...] = (FeedStop, FeedRoute, FeedService, FeedTrip)
    return {
        str(model._meta.verbose_name_plural): model._default_manager.filter(
            feed=feed, is_current=True
        ).count()
        for model in models
    }


def stops_of_trips(trips: Collection[TimetableTrip]) -> dict[int, Stops]:
    """The stops in order by pattern; each trip that has any gets its pattern. Two statements."""
    found = lines.stops_of({trip.pattern_id for trip in trips})
    for trip in trips:
        if trip.pattern_id in found:
            trip.pattern = found[trip.pattern_id][0].pattern
    return found


def headways(trip_ids: Collection[int]) -> dict[int, Headways]:
    """The headways of those of these trips that have any. One statement."""
    found: dict[int, list[tuple[int, int, int, bool]]] = defaultdict(list)
    rows = Headway.objects.filter(trip__in=trip_ids)
    columns = ("trip_id", "first_s", "until_s", "every_s", "is_exact")
    for pk, first_s, until_s, every_s, is_exact in rows.values_list(*columns):
        found[pk].append((first_s, until_s, every_s, is_exact))
    return {pk: tuple(sorted(each)) for pk, each in found.items()}
