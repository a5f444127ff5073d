"""A region's whole timetable."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal
from kernel.places.models import Region
from transport.feeds import gtfs, queries
from transport.feeds.exporting.days import Services
from transport.feeds.exporting.fares import add_fares
from transport.feeds.exporting.lines import add_routes
from transport.feeds.exporting.outgoing import Outgoing
from transport.feeds.exporting.stops import add_stops
from transport.feeds.exporting.trips import add_trips
from transport.feeds.gtfs import sheets
from transport.feeds.gtfs.feed import tables
from transport.feeds.gtfs.rows.about import FeedInfo
from transport.feeds.models import Feed, FeedFile
from transport.feeds.words import Words, is_chinese, words_of
from transport.lines.models import ShuttleLine, TimetableTrip
from transport.lines.queries import Stops

_CHINESE, _ENGLISH = "zh-Hans", "en"


class NoTimetable(Refusal):
    """The region has no such feed and no line of its own that runs."""

    code = "no_timetable"
    status = 404
    message = _("There is no timetable to export.")


def export(*, region: Region, slug: str, at: datetime) -> gtfs.Feed:
    """The region's feed ``slug`` as the tables have it by now, and the lines that no feed has brought.

    Trips that have ended are left out. :raises NoTimetable: there is nothing to write.
    """
    out, trips, patterns = begin(region=region, slug=slug, at=at)
    own = list({trip.line_id: trip.line for trip in trips}.values())
    add_fares(out, own, _by_line(trips, patterns))
    add_trips(out, trips, patterns, Services(out, trips))
    out.translate_all()
    if out.known is None:
        _add_info(out)
    return out.feed


def begin(
    *, region: Region, slug: str, at: datetime
) -> tuple[Outgoing, list[TimetableTrip], dict[int, Stops]]:
    """A feed on its way out with its stops and routes, its trips, and their stops by pattern.

    :raises NoTimetable: there is nothing to write.
    """
    known = queries.feed_of(region, slug)
    trips = _trips(region, known, region.local_date(at))
    if known is None and not trips:
        raise NoTimetable
    feed = _kept(known) if known else gtfs.Feed()
    out = Outgoing(region, known, at, feed, words_of(feed) if known else _words(region))
    patterns = queries.stops_of_trips(trips)
    trips = [trip for trip in trips if len(patterns.get(trip.pattern_id, ())) > 1]
    add_stops(out, {stop.place_id for stops in patterns.values() for stop in stops})
    add_routes(out, list({trip.line_id: trip.line for trip in trips}.values()))
    return out, trips, patterns


def _trips(region: Region, known: Feed | None, today: date) -> list[TimetableTrip]:
    """The trips of the feed and of the region's own open lines, by line and name."""
    ours = Q(line__feed_route__isnull=True, line__is_open=True)
    trips = TimetableTrip.objects.filter(line__region=region).filter(
        ours | Q(line__feed_route__feed=known) if known else ours
    )
    trips = trips.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=today))
    related = trips.select_related("line__organisation", "line__region", "service")
    return list(related.order_by("line__slug", "pk"))


def _by_line(trips: Iterable[TimetableTrip], patterns: dict[int, Stops]) -> dict[int, list[Stops]]:
    found: dict[int, dict[int, Stops]] = defaultdict(dict)
    for trip in trips:
        found[trip.line_id][trip.pattern_id] = patterns[trip.pattern_id]
    return {line_id: list(each.values()) for line_id, each in found.items()}


def _kept(known: Feed) -> gtfs.Feed:
    """The tables and files that are kept as they came."""
    feed = gtfs.Feed()
    by_file = {table.file: table for table in tables().values()}
    for kept in FeedFile.objects.filter(feed=known):
        table = by_file.get(kept.name)
        if table is None:
            feed.others[kept.name] = bytes(kept.content)
            continue
        text = io.StringIO(bytes(kept.content).decode(), newline="")
        sheet = sheets.read(text, table, sheets.Budget(gtfs.Limits().rows), gtfs.Report())
        setattr(feed, table.name, sheet.rows)
    return feed


def _words(region: Region) -> Words:
    """A region's own timetable is in Chinese where its lines have Chinese names."""
    names = ShuttleLine.objects.filter(region=region).values_list("name_zh", flat=True)
    return Words(_CHINESE if any(map(is_chinese, names)) else _ENGLISH, ())


def _add_info(out: Outgoing) -> None:
    days = [row.date for row in out.feed.calendar_dates]
    days += [day for row in out.feed.calendar for day in (row.start_date, row.end_date)]
    pair = (out.region.name_zh, out.region.name_en)
    out.feed.feed_info.append(
        FeedInfo(
            feed_publisher_name=pair[0],
            feed_publisher_url=settings.SITE_URL,
            feed_lang=out.words.language,
            feed_start_date=min(days),
            feed_end_date=max(days),
            feed_version=out.at.isoformat(timespec="seconds"),
        )
    )
