"""Take a GTFS feed into a region, or write a region's timetable as one.

Exit 0: done. Exit 1: the feed is refused as a whole, with every mistake's file, line, column and
reason, or there is nothing to write; nothing was changed.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation

from kernel import clock
from kernel.errors import Refusal
from kernel.places.models import Region
from transport.feeds import gtfs
from transport.feeds import operations as feeds
from transport.feeds.exporting import export
from transport.lines.models import MOST_SEATS

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_MOST_SLUG = 50


class Command(BaseCommand):
    help = (
        "Import a GTFS zip into a region, which is made where there is none, or export a region. "
        "A bad feed is refused whole; rows that an operator has edited stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="import | export")
        for verb in ("import", "export"):
            one = verbs.add_parser(verb)
            one.add_argument("file", type=Path, metavar="FILE.zip")
            one.add_argument("--region", required=True, type=_slug, metavar="SLUG")
            one.add_argument(
                "--feed",
                type=_slug,
                default=feeds.MAIN,
                metavar="SLUG",
                help="which feed of the region, should it have several (%(default)s)",
            )
            one.add_argument("--language", default="en", help="of the messages: en or zh-hans")
            if verb == "import":
                one.add_argument(
                    "--organisation", type=_slug, metavar="SLUG",
                    help="whose lines they are (one organisation for each agency)",
                )  # fmt: skip
                one.add_argument("--seats", type=_seats, help="seats of every vehicle (by mode)")

    def handle(self, *, verb: str, file: Path, **options: Any) -> None:
        with translation.override(options["language"]):
            try:
                self._import(file, options) if verb == "import" else self._export(file, options)
            except gtfs.BadFeed as bad:
                for fault in bad.report.faults:
                    self.stderr.write(str(fault))
                raise CommandError(bad.reason) from None
            except Refusal as refusal:
                raise CommandError(str(refusal.reason)) from None
            except OSError as error:
                raise CommandError(f"{file}: {error.strerror}") from None

    def _import(self, file: Path, options: dict[str, Any]) -> None:
        _be_patient()
        with file.open("rb") as source:
            done = feeds.import_feed(
                source=source,
                region_slug=options["region"],
                slug=options["feed"],
                organisation=options["organisation"] or "",
                seats=options["seats"],
                actor="system",
                at=clock.now(),
                tell=self._tell,
            )
        for note in done.report.notes:
            self._tell(f"note: {note}")
        if done.is_same:
            self._tell(f"{done.region.slug}: this version was imported before; nothing changed")
        else:
            self._tell(f"{done.region.slug}: imported")

    def _export(self, file: Path, options: dict[str, Any]) -> None:
        _be_patient()
        region = Region.objects.filter(slug=options["region"]).first()
        if region is None:
            raise CommandError(f"There is no region {options['region']}.")
        feed = export(region=region, slug=options["feed"], at=clock.now())
        with file.open("wb") as target:
            gtfs.write(feed, target)
        self._tell(
            f"{region.slug}: {len(feed.routes)} routes, {len(feed.trips)} trips, "
            f"{len(feed.stop_times)} stop times written to {file}"
        )

    def _tell(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def _be_patient() -> None:
    """Statements over a whole feed may take longer than a page's."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10min'")


def _slug(text: str) -> str:
    """:raises ArgumentTypeError: it is no short name."""
    if not _SLUG.fullmatch(text) or len(text) > _MOST_SLUG:
        raise ArgumentTypeError("a short name is lower-case letters, digits and hyphens")
    return text


def _seats(text: str) -> int:
    """:raises ArgumentTypeError: no vehicle has so many."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SEATS:
        raise ArgumentTypeError(f"a vehicle has between 1 and {MOST_SEATS} seats")
    return int(text)
