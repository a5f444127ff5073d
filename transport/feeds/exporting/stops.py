"""Places as stops: those that came with the feed, and those at which other lines stop."""

from __future__ import annotations

from collections.abc import Collection

from kernel.places.models import Place
from transport.feeds.cells import unpack
from transport.feeds.exporting.outgoing import Outgoing
from transport.feeds.gtfs.rows.service import Stop
from transport.feeds.meanings import STATION, STATION_KIND, Values, stop_values
from transport.feeds.models import FeedStop


def add_stops(out: Outgoing, place_ids: Collection[int]) -> None:
    """Write the feed's stops and those of ``place_ids`` that are not among them."""
    known = [
        (unpack(each.row, "stops"), each.place)
        for each in FeedStop.objects.filter(feed=out.known, is_current=True).select_related("place")
    ]
    rows = {row.stop_id: row for row, _place in known}
    out.stops = {place.pk: row.stop_id for row, place in known}
    meanings = {row.stop_id: stop_values(row, out.words, rows) for row, _place in known}
    fresh = _fresh(out, place_ids)
    for row, place in known:
        _bring_up_to_date(out, row, place, meanings[row.stop_id])
        out.feed.stops.append(row)
    for place in fresh:
        out.feed.stops.append(_written(out, place, is_stop=place.pk in place_ids))


def _fresh(out: Outgoing, place_ids: Collection[int]) -> list[Place]:
    """The places that the feed does not know, and the stations that they are part of."""
    names = out.names("stops", "stop_id")
    for name in out.stops.values():
        names.keep(name)
    found: dict[int, Place] = {}
    wanted = set(place_ids)
    while wanted - set(out.stops):
        places = Place.objects.filter(pk__in=wanted - set(out.stops)).order_by("pk")
        wanted = set()
        for place in places:
            found[place.pk] = place
            out.stops[place.pk] = names.keep(place.slug)
            if place.parent_id:
                wanted.add(place.parent_id)
    return [found[pk] for pk in sorted(found)]


def _bring_up_to_date(out: Outgoing, row: Stop, place: Place, was: Values) -> None:
    names_were, names_are = (was["name_zh"], was["name_en"]), (place.name_zh, place.name_en)
    if names_were != names_are:
        row.stop_name = out.say(
            "stops", "stop_name", row.stop_id, row.stop_name, names_were, names_are
        )
    if (was["latitude"], was["longitude"]) != (place.latitude, place.longitude):
        row.stop_lat, row.stop_lon = place.latitude, place.longitude
    if was["platform"] != place.platform:
        row.platform_code = place.platform or None
    parent = out.stops.get(place.parent_id) if place.parent_id else None
    if parent != row.parent_station:
        row.parent_station = parent
        # Only a platform of a station says how it is reached.
        row.stop_access = row.stop_access if parent else None


def _written(out: Outgoing, place: Place, *, is_stop: bool) -> Stop:
    """A place that no feed has brought; where vehicles stop it is a stop, whatever it is besides."""
    name = out.stops[place.pk]
    pair = (place.name_zh, place.name_en)
    is_station = place.kind == STATION_KIND and not is_stop
    return Stop(
        stop_id=name,
        stop_name=out.say("stops", "stop_name", name, None, ("", ""), pair),
        stop_lat=place.latitude,
        stop_lon=place.longitude,
        location_type=STATION if is_station else None,
        parent_station=None if is_station or not place.parent_id else out.stops[place.parent_id],
        platform_code=place.platform or None,
    )
