"""Measure the site as it runs, on servers of its own. Figures go to bench/RESULTS.md by hand."""

from __future__ import annotations

import json as as_json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bench import counter, goals, machine, orders_run, overload, supply, waiting_room

BENCHES = {
    "counter": counter.run,
    "orders": orders_run.run,
    "growth": orders_run.run_growth,
    "overload": overload.run,
    "supply": supply.run,
    "waiting_room": waiting_room.run,
}


class Command(BaseCommand):
    help = "Measure one part of the site; print a table with its goals, --json the same as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(BENCHES))
        parser.add_argument("--json", type=Path, metavar="FILE")
        parser.add_argument("--seconds", type=float, default=4, help="of each measured point")
        parser.add_argument("--runs", type=int, default=3, help="the median of so many counts")
        parser.add_argument("--connections", type=int, default=32)
        parser.add_argument("--pairs", type=int, default=5, help="of what is compared in turns")
        parser.add_argument("--flash-people", type=int, default=5000, help="for 200 places")
        parser.add_argument("--past", type=int, default=1_000_000, help="old orders")
        parser.add_argument("--entries", type=int, default=1_000_000, help="of the ledger")
        parser.add_argument("--people", type=int, default=8000, help="buyers, each used once a run")

    def handle(self, *, what: str, json: Path | None, **options: Any) -> None:
        if not settings.QUANYU_THROWAWAY:
            raise CommandError("A bench runs on servers of its own only.")
        where = machine.describe()
        figures = {**where, **BENCHES[what](self.tell, options)}
        for line in goals.table(figures, goals.OF.get(what, {})):
            self.stdout.write(line)
        if json:
            json.write_text(as_json.dumps(figures, indent=2, ensure_ascii=False))

    def tell(self, words: str) -> None:
        """One line of progress."""
        self.stdout.write(f"  {words}")
        self.stdout.flush()
