"""Close a region's month, or make the report of a closed one again and compare it.

Exit 0: closed now, or closed before and the report comes out the same. Exit 1: it comes out another.
Exit 2: it cannot be closed (yet), or there is no such region or month.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from bookings.settlement import operations as settlement
from bookings.settlement.closing_report import BooksOff
from kernel import clock
from kernel.errors import Refusal
from kernel.money import yuan
from kernel.places.models import Region


class Command(BaseCommand):
    help = "Close a region's month in the books; again, it says whether the report is the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", required=True, metavar="SLUG")
        parser.add_argument("--month", required=True, type=_month, metavar="YYYY-MM")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")

    def handle(self, *, region: str, month: date, **options: Any) -> None:
        place = Region.objects.filter(slug=region).first()
        if place is None:
            raise CommandError(f"There is no region {region}.", returncode=2)
        try:
            with _patient():
                closed = settlement.close_month(
                    region=place, month=month, actor="system", at=clock.now()
                )
        except Refusal as refusal:
            raise CommandError(str(refusal.reason), returncode=2) from None
        except BooksOff as off:
            raise CommandError(str(off), returncode=1) from None
        if options["json"]:
            options["json"].write_text(closed.text, encoding="utf-8")
        self._tell(region, closed)
        if not closed.is_same:
            sys.exit(1)

    def _tell(self, region: str, closed: settlement.Closed) -> None:
        close, report = closed.close, json.loads(closed.text)
        say = self.stdout.write
        how = "closed before" if closed.is_repeat else "closed"
        say(f"{region} {close.month:%Y-%m}: {how}, {report['entries']} entries")
        for currency, sums in sorted(report["totals"].items()):
            say(
                f"  {currency} debits {yuan(sums['debits_fen'])} credits {yuan(sums['credits_fen'])}"
            )
        say(f"  SHA-256 {close.sha256}")
        if closed.is_repeat:
            say("  The report is the same." if closed.is_same else "  The report is ANOTHER one.")


@contextmanager
def _patient() -> Iterator[None]:
    """Statements over years of books may take longer than a page's."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10min'")
        try:
            yield
        finally:
            cursor.execute("RESET statement_timeout")


def _month(text: str) -> date:
    """:raises ValueError: it is none."""
    return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month of the calendar
