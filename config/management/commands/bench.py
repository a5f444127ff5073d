"""Measure the site as it runs, on servers of its own. Figures go to bench/RESULTS.md by hand."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bench import (
    counter,
    dispatch,
    fleet,
    gates,
    goals,
    lines,
    machine,
    online,
    orders_run,
    overload,
    supply,
    tickets,
    waiting_room,
)
from config.launch import SERVERLESS_BENCHES
from config.management.figures import Figures, add_json

BENCHES = {
    "counter": counter.run,
    "dispatch": dispatch.run,
    "fleet": fleet.run,
    "online": online.run,
    "orders": orders_run.run,
    "gates": gates.run,
    "growth": orders_run.run_growth,
    "lines": lines.run,
    "overload": overload.run,
    "supply": supply.run,
    "tickets": tickets.run,
    "waiting_room": waiting_room.run,
}


class Command(BaseCommand):
    help = "Measure one part of the site; print a table with its goals, --json the same as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(BENCHES))
        add_json(parser)
        parser.add_argument("--seconds", type=float, default=4, help="of each measured point")
        parser.add_argument("--runs", type=int, default=3, help="the median of so many counts")
        parser.add_argument("--connections", type=int, default=32)
        parser.add_argument("--pairs", type=int, default=5, help="of what is compared in turns")
        parser.add_argument("--flash-people", type=int, default=5000, help="for 200 places")
        parser.add_argument("--past", type=int, default=1_000_000, help="old orders")
        parser.add_argument("--entries", type=int, default=1_000_000, help="of the ledger")
        parser.add_argument("--mutations", type=int, default=200_000, help="forged codes tried")
        parser.add_argument("--codes", type=int, default=20_000, help="scanned at an opening")
        parser.add_argument("--departures", type=int, default=1_000_000, help="in the tables")
        parser.add_argument("--stop-times", type=int, default=100_000, help="of a feed taken in")
        parser.add_argument("--days", type=int, default=90, help="that a timetable is extended by")
        parser.add_argument("--people", type=int, default=8000, help="buyers, each used once a run")

        self._add_dispatch(parser)
        parser.add_argument("--hours", type=float, default=0.2, help="that count, of a fleet's day")
        parser.add_argument("--an-hour", type=float, default=16_446, help="requests to a fleet")

    def _add_dispatch(self, parser: ArgumentParser) -> None:
        """What `bench dispatch` and `bench online` are told."""
        parser.add_argument("--problem", choices=["darp", "pdptw"], help="which kind of instance")
        parser.add_argument("--instances", type=Path, metavar="DIR", help="a folder of them")
        parser.add_argument("--cpu-seconds", type=float, default=1.0, help="for each instance")
        parser.add_argument("--out", type=Path, metavar="FILE", help="one JSON line an instance")
        parser.add_argument("--seeds", type=int, default=1, help="the worst of so many is told")
        parser.add_argument("--compare", action="store_true", help="with VROOM and PyVRP beside")
        parser.add_argument("--best", type=Path, metavar="CSV", help="best-known values, for gaps")
        parser.add_argument("--online-seeds", type=int, default=10, help="days of each load")

    def handle(self, *, what: str, json: Path | None, **options: Any) -> None:
        if what not in SERVERLESS_BENCHES and not settings.QUANYU_THROWAWAY:
            raise CommandError("A bench runs on servers of its own only.")
        out = Figures(self, json)
        where = machine.describe()
        figures = {**where, **BENCHES[what](self.tell, options)}
        for line in goals.table(figures, goals.OF.get(what, {})):
            self.stdout.write(line)
        out.write(figures)

    def tell(self, words: str) -> None:
        """One line of progress."""
        self.stdout.write(f"  {words}")
        self.stdout.flush()
