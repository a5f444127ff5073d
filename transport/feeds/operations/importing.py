"""Take a version of a feed into the tables, as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.organisations import operations as organisations
from accounts.organisations import queries as known_organisations
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.places.models import Region
from transport.feeds import gtfs
from transport.feeds.fares import Fares, currency_of
from transport.feeds.meanings import MOST_EN, MOST_ZH, position
from transport.feeds.models import Feed, Step
from transport.feeds.operations.files import keep_files
from transport.feeds.operations.incoming import Incoming
from transport.feeds.operations.lines import put_lines
from transport.feeds.operations.places import put_places
from transport.feeds.operations.services import put_services
from transport.feeds.operations.trips import put_trips
from transport.feeds.patterns import Timetable, timetable_of
from transport.feeds.slugs import Slugs
from transport.feeds.words import Words, words_of
from transport.lines import operations as lines

MAIN = "main"
_MOST_ORGANISATION, _MOST_VERSION, _MOST_LANGUAGE = 60, 200, 60
_HORIZON_DAYS = 30

Tell = Callable[[str], None]
OnStep = Callable[[Step, int, int], None]
"""Hears what begins, and how many departures of how many are laid out; never inside a transaction."""


class NotItsOrganisation(Refusal):
    """The organisation works in another region."""

    code = "not_its_organisation"
    message = _("The organisation %(slug)s works in another region.")


class OtherVersion(Refusal):
    """Somebody else has brought a version in since this one was looked at."""

    code = "other_version"
    message = _("Another version came in meanwhile. Please look at what this one would change now.")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``is_same``: this version was here before, nothing was changed."""

    region: Region
    report: gtfs.Report
    is_same: bool
    runs_made: int


def import_feed(  # noqa: PLR0913 - what comes in, whose it is, who watches
    *,
    source: BinaryIO,
    region_slug: str,
    actor: str,
    at: datetime,
    slug: str = MAIN,
    organisation: str = "",
    seats: int | None = None,
    seen: str | None = None,
    tell: Tell = lambda _words: None,
    step: OnStep = lambda _step, _done, _total: None,
) -> Imported:
    """Import a zip as the newest version of the region's feed ``slug``, and lay out its runs.

    The region is made where there is none, with the feed's time zone and money. Each agency is an
    organisation of its own unless ``organisation`` says one for all. The same bytes again change
    nothing. Rows that an operator has edited stay as they are; trips that the feed no longer has
    end today, and riders get back what they paid. ``seen`` is the version (SHA-256, "" for none) in whose
    place it was looked at.

    :raises BadFeed: the feed does not hold. :raises NotItsOrganisation: it is of another region.
    :raises OtherVersion: what was ``seen`` is not here any more. Nothing was changed.
    """
    sha256 = hashlib.sha256(source.read()).hexdigest()
    source.seek(0)
    reading = gtfs.read(source)
    data = reading.feed
    tell(f"read: {len(data.trips)} trips, {len(data.stop_times)} stop times")
    timetable, words = understood(region_slug, data)
    step(Step.WRITING, 0, 0)
    with transaction.atomic(durable=True):
        _be_patient()
        region = _region(region_slug, data, words)
        feed, is_new = _feed(region, slug, at)
        if feed.sha256 == sha256:
            return Imported(region, reading.report, is_same=True, runs_made=0)
        if seen is not None and feed.sha256 != seen:
            raise OtherVersion
        incoming = Incoming(feed, data, words, at=at, seats=seats, is_first=is_new)
        _find_organisations(incoming, organisation)
        _put(incoming, timetable, tell)
        _note_version(feed, reading, sha256, words, at)
        audit.record(
            actor=actor,
            action="feeds.import",
            subject=f"feed:{feed.pk}",
            facts={"sha256": sha256},
            at=at,
        )
    made = _lay_out(region, at, tell, step)
    return Imported(region, reading.report, is_same=False, runs_made=made)


def _lay_out(region: Region, at: datetime, tell: Tell, step: OnStep) -> int:
    """The region's runs up to its horizon, in transactions of their own; how many are new."""
    until = region.local_date(at) + timedelta(days=region.horizon_days)
    made = lines.create_runs(
        region=region,
        first=region.local_date(at),
        last=until,
        tell=lambda done, total: step(Step.RUNS, done, total),
    )
    tell(f"runs: {made} laid out until {until}")
    return made


def understood(region_slug: str, data: gtfs.Feed) -> tuple[Timetable, Words]:
    """The trips by pattern, with fares in the region's money; and what things are called."""
    words = words_of(data)
    known = Region.objects.filter(slug=region_slug).values_list("currency", flat=True).first()
    stops = {row.stop_id: row for row in data.stops}
    points = {name: position(row, stops) for name, row in stops.items()}
    return timetable_of(data, words, Fares(data, known or currency_of(data)), points), words


def _be_patient() -> None:
    """A whole feed takes longer than what a page may ask of the database, and than it may wait."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")


def _put(incoming: Incoming, timetable: Timetable, tell: Tell) -> None:
    tell(f"places: {put_places(incoming)}")
    tell(f"lines: {put_lines(incoming, timetable)}")
    tell(f"services: {put_services(incoming, timetable)}")
    tell(f"trips: {put_trips(incoming, timetable)}")
    keep_files(incoming, timetable)


def _region(slug: str, data: gtfs.Feed, words: Words) -> Region:
    """The region, locked until the import ends: one feed comes in at a time."""
    agency = data.agency[0]
    zh, en = words.pair("agency", "agency_name", agency.agency_id or "", agency.agency_name)
    stops = {row.stop_id: row for row in data.stops}
    points = [position(row, stops) for row in data.stops if row.stop_lat is not None]
    count = max(len(points), 1)
    Region.objects.get_or_create(
        slug=slug,
        defaults={
            "name_zh": zh[:MOST_ZH],
            "name_en": en[:MOST_EN],
            "timezone": agency.agency_timezone,
            "currency": currency_of(data),
            "latitude": sum(latitude for latitude, _lon in points) / count,
            "longitude": sum(longitude for _lat, longitude in points) / count,
            "horizon_days": _HORIZON_DAYS,
        },
    )
    return Region.objects.select_for_update(no_key=True).get(slug=slug)


def _feed(region: Region, slug: str, at: datetime) -> tuple[Feed, bool]:
    feed, is_new = Feed.objects.get_or_create(
        region=region, slug=slug, defaults={"imported_at": at}
    )
    feed.region = region
    return feed, is_new


def _find_organisations(incoming: Incoming, given: str) -> None:
    """Whose lines are whose: by agency_id, "" for an agency without one."""
    region = incoming.region
    slugs = Slugs((), _MOST_ORGANISATION)
    for row in incoming.data.agency:
        name = row.agency_id or ""
        if name in incoming.feed.agencies and not given:
            incoming.organisations[name] = incoming.feed.agencies[name]
            continue
        zh, en = incoming.words.pair("agency", "agency_name", name, row.agency_name)
        found = None
        while found is None:
            slug = given or slugs.make(f"{region.slug}-{name or 'transit'}")
            pk = organisations.found_supplier(
                region_id=region.pk, slug=slug, name_zh=zh[:MOST_ZH], name_en=en[:MOST_EN]
            )
            if known_organisations.of_region(region.pk).filter(pk=pk).exists():
                found = pk
            elif given:
                raise NotItsOrganisation(field="organisation", slug=given)
        incoming.organisations[name] = found
    incoming.feed.agencies = incoming.organisations
    names = known_organisations.of_region(region.pk).in_bulk(set(incoming.organisations.values()))
    incoming.feed.agency_names = {
        name: [names[pk].name_zh, names[pk].name_en] for name, pk in incoming.organisations.items()
    }


def _note_version(
    feed: Feed, reading: gtfs.Reading, sha256: str, words: Words, at: datetime
) -> None:
    infos = reading.feed.feed_info
    weeks = reading.feed.calendar
    days = [row.date for row in reading.feed.calendar_dates] + [row.start_date for row in weeks]
    feed.sha256 = sha256
    feed.language = words.language[:_MOST_LANGUAGE]
    feed.version = ((infos[0].feed_version or "") if infos else "")[:_MOST_VERSION]
    feed.first_date = min(days)
    feed.last_date = max(days + [row.end_date for row in weeks])
    with translation.override("en"):
        feed.notes = [str(note) for note in reading.report.notes]
    feed.note_count = reading.report.note_count
    feed.imported_at = at
    feed.save()
