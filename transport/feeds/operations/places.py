"""The stops, stations, entrances and nodes of a feed as places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import QuerySet

from kernel.places import loading
from kernel.places.loading import Tally
from kernel.places.models import Place
from transport.feeds.cells import pack
from transport.feeds.gtfs.rows.service import Stop
from transport.feeds.meanings import stop_values
from transport.feeds.models import FeedStop
from transport.feeds.operations.incoming import Incoming
from transport.feeds.slugs import Slugs

_MOST_SLUG = 80
# A boarding area is part of a platform, and that of a station.
_DEEPEST = 2


def put_places(incoming: Incoming) -> str:
    """Merge the places of a feed, what they are part of first; remember which is which."""
    before = {row.gtfs_id: row for row in _rows(incoming).select_related("place")}
    places = Place.objects.filter(region=incoming.region)
    taken = Slugs(places.values_list("slug", flat=True), _MOST_SLUG)
    stops = {row.stop_id: row for row in incoming.data.stops}
    slugs = {
        name: before[name].place.slug if name in before else taken.make(name) for name in stops
    }
    levels: dict[int, list[Stop]] = defaultdict(list)
    for row in stops.values():
        levels[_depth(row, stops)].append(row)
    tallies = []
    for depth in sorted(levels):
        tallies.append(_merge(incoming, levels[depth], stops, slugs))
        ids = dict(places.values_list("slug", "pk"))
        incoming.places.update({row.stop_id: ids[slugs[row.stop_id]] for row in levels[depth]})
    _remember(incoming, before)
    return ", ".join(f"+{t.added} ~{t.changed} ={t.same} kept {t.kept}" for t in tallies)


def _rows(incoming: Incoming) -> QuerySet[FeedStop]:
    return FeedStop.objects.filter(feed=incoming.feed)


def _merge(
    incoming: Incoming, rows: list[Stop], stops: Mapping[str, Stop], slugs: Mapping[str, str]
) -> Tally:
    values = [
        {
            "slug": slugs[row.stop_id],
            **stop_values(row, incoming.words, stops),
            "parent_id": incoming.places.get(row.parent_station or ""),
            **incoming.provenance,
        }
        for row in rows
    ]
    return loading.put_places(values, region=incoming.region)


def _depth(row: Stop, stops: Mapping[str, Stop]) -> int:
    above = stops.get(row.parent_station or "")
    depth = 0
    while above is not None and depth < _DEEPEST:
        depth += 1
        above = stops.get(above.parent_station or "")
    return depth


def _remember(incoming: Incoming, before: Mapping[str, FeedStop]) -> None:
    current = [
        FeedStop(
            feed=incoming.feed,
            gtfs_id=row.stop_id,
            row=pack(row, "stops"),
            place_id=incoming.places[row.stop_id],
        )
        for row in incoming.data.stops
    ]
    _rows(incoming).filter(gtfs_id__in=incoming.places).delete()
    _rows(incoming).update(is_current=False)
    FeedStop.objects.bulk_create(current, batch_size=2000)
