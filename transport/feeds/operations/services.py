"""The services of a feed, once for each operator whose trips keep to them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from kernel.places.loading import merge
from transport.feeds.cells import Cells, pack, unpack_all
from transport.feeds.gtfs.rows.service import Calendar, CalendarDate
from transport.feeds.meanings import date_kinds, service_values
from transport.feeds.models import FeedService
from transport.feeds.operations.incoming import Incoming
from transport.feeds.patterns import Timetable
from transport.lines.models import Service, ServiceDate

_MOST_SLUG = 255


def put_services(incoming: Incoming, timetable: Timetable) -> str:
    """Merge services and their exceptional dates; remember which is which."""
    weeks = {row.service_id: row for row in incoming.data.calendar}
    dates: dict[str, list[CalendarDate]] = defaultdict(list)
    for row in incoming.data.calendar_dates:
        dates[row.service_id].append(row)
    wanted = _wanted(incoming, timetable, {*weeks, *dates})
    before = {
        (row.gtfs_id, row.service.organisation_id): row
        for row in FeedService.objects.filter(feed=incoming.feed).select_related("service")
    }
    services = Service.objects.filter(organisation__in=set(incoming.organisations.values()))
    slugs = {
        key: before[key].service.slug if key in before else _slug(incoming, *key) for key in wanted
    }
    tally = merge(
        services,
        key=("organisation_id", "slug"),
        rows=[
            {"organisation_id": key[1], "slug": slugs[key], **service_values(weeks.get(key[0]))}
            for key in wanted
        ],
    )
    ids = {(org, slug): pk for org, slug, pk in services.values_list("organisation", "slug", "pk")}
    incoming.services.update({key: ids[key[1], slugs[key]] for key in wanted})
    _put_dates(incoming, before, dates)
    _remember(incoming, weeks, dates)
    return f"+{tally.added} ~{tally.changed} ={tally.same} kept {tally.kept}"


def _wanted(incoming: Incoming, timetable: Timetable, names: set[str]) -> list[tuple[str, int]]:
    """Each service with each operator of its trips; with any operator where it has none."""
    routes = {row.route_id: incoming.organisation_of(row) for row in incoming.data.routes}
    used = {(trip.service_id, routes[trip.route_id]) for trip in timetable.trips}
    somebody = next(iter(incoming.organisations.values()))
    idle = names - {name for name, _organisation in used}
    return sorted(used | {(name, somebody) for name in idle})


def _slug(incoming: Incoming, name: str, organisation_id: int) -> str:
    """After the region and the feed: an operator may run lines of several."""
    slug = f"{incoming.region.slug}/{incoming.feed.slug}/{name}"
    if len(slug) <= _MOST_SLUG:
        return slug
    mark = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{slug[: _MOST_SLUG - 17]}-{mark}"


def _put_dates(
    incoming: Incoming,
    before: Mapping[tuple[str, int], FeedService],
    dates: Mapping[str, list[CalendarDate]],
) -> None:
    """Bring exceptional dates up to date, but for services whose dates an operator has edited."""
    known: dict[int, dict[date, str]] = defaultdict(dict)
    rows = ServiceDate.objects.filter(service__in=incoming.services.values())
    for pk, day, kind in rows.values_list("service_id", "date", "kind"):
        known[pk][day] = kind
    anew = {}
    for key, pk in incoming.services.items():
        loaded = _loaded_dates(before[key].dates) if key in before else {}
        wanted = date_kinds(dates.get(key[0], ()))
        if known[pk] == loaded != wanted:
            anew[pk] = wanted
    rows.filter(service__in=anew).delete()
    ServiceDate.objects.bulk_create(
        [
            ServiceDate(service_id=pk, date=day, kind=kind)
            for pk, wanted in anew.items()
            for day, kind in wanted.items()
        ],
        batch_size=5000,
    )


def _loaded_dates(cells: list[Cells]) -> dict[date, str]:
    return date_kinds(unpack_all(cells, "calendar_dates"))


def _remember(
    incoming: Incoming,
    weeks: Mapping[str, Calendar],
    dates: Mapping[str, list[CalendarDate]],
) -> None:
    rows = FeedService.objects.filter(feed=incoming.feed)
    rows.filter(service__in=incoming.services.values()).delete()
    rows.update(is_current=False)
    FeedService.objects.bulk_create(
        [
            FeedService(
                feed=incoming.feed,
                gtfs_id=name,
                service_id=pk,
                row=pack(weeks[name], "calendar") if name in weeks else {},
                dates=[pack(row, "calendar_dates") for row in dates.get(name, ())],
            )
            for (name, _organisation), pk in incoming.services.items()
        ],
        batch_size=2000,
    )
