"""Load a region from its folder: every row is checked first, then all is written or nothing."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from kernel import clock
from kernel.places import loading

FIRST_DAYS = 30
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


class Command(BaseCommand):
    help = (
        "Load or update a region. Runs again without harm: rows that an operator edited or "
        "confirmed stay. When any row is bad, all bad rows are listed and nothing is changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the region's short name, such as huangshan")
        parser.add_argument(
            "--folder", type=Path, help="where its files are (config/regions/<slug>)"
        )
        parser.add_argument(
            "--days",
            type=int,
            default=FIRST_DAYS,
            help="lay out entry times and departures for so many days from today (%(default)s)",
        )
        parser.add_argument("--language", default="en", help="of the messages: en or zh-hans")

    def handle(self, *, slug: str, folder: Path | None, days: int, **options: Any) -> None:
        if not _SLUG.fullmatch(slug):
            raise CommandError("A region's short name is lower-case letters, digits and hyphens.")
        if not 1 <= days <= 730:
            raise CommandError("--days must be between 1 and 730.")
        path = folder or settings.BASE_DIR / "config" / "regions" / slug
        if not path.is_dir():
            raise CommandError(f"There is no folder {path}.")
        with translation.override(options["language"]):
            self._load(slug, path, days)

    def _load(self, slug: str, path: Path, days: int) -> None:
        try:
            loaded = loading.load(slug, path=path, days=days, at=clock.now(), tell=self._tell)
        except loading.BadRegionData as bad:
            for problem in bad.problems:
                self.stderr.write(str(problem))
            raise CommandError(bad.reason) from None
        self._tell(f"{loaded.region.slug}: loaded, {loaded.days_made} rows laid out")

    def _tell(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
