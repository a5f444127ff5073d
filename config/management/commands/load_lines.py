"""Load lines of which only the stops are known: a CSV of line, seq, stop_name, lat, lon (WGS 84).

Exit 0: done. Exit 1: the list is refused as a whole, every bad row named; nothing was changed.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from kernel import clock
from kernel.errors import Refusal
from kernel.places import loading
from kernel.places.models import Region
from transport.feeds import operations as feeds


class Command(BaseCommand):
    help = (
        "Bring lines without times into a region: they are found by search and at their stops, and are "
        "not booked here. Runs again without harm; rows that an operator has edited stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--region", required=True, metavar="SLUG")
        parser.add_argument("--operator", required=True, metavar="SLUG", help="who runs them")
        parser.add_argument(
            "--operator-name", default="", help="what it is called, where it is new"
        )
        parser.add_argument(
            "--source", required=True, help="where the list is from, and its licence"
        )
        parser.add_argument("--language", default="en", help="of the messages: en or zh-hans")

    def handle(self, *, file: Path, **options: Any) -> None:
        with translation.override(options["language"]):
            region = Region.objects.filter(slug=options["region"]).first()
            if region is None:
                raise CommandError(f"There is no region {options['region']}.")
            try:
                tallies = feeds.load_stop_list(
                    file=file,
                    region=region,
                    operator=options["operator"],
                    operator_name=options["operator_name"] or options["operator"],
                    source=options["source"],
                    actor="system",
                    at=clock.now(),
                )
            except loading.BadRegionData as bad:
                for problem in bad.problems:
                    self.stderr.write(str(problem))
                raise CommandError(bad.reason) from None
            except Refusal as refusal:
                raise CommandError(str(refusal.reason)) from None
        for each in tallies:
            self.stdout.write(
                f"{each.table}: +{each.added} ~{each.changed} ={each.same} kept {each.kept}"
            )
