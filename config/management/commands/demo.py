"""A real morning in fast motion: parties buy, pay, lapse, cancel and go in, over HTTP."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.browser import Timings
from config.demo.gate import Gate
from config.demo.visitors import Party, Tally
from config.up import Site
from kernel import clock, invariants

SPEED = 60
SLUG = "huangshan"


class Command(BaseCommand):
    help = "Run a morning with so many parties against a site of its own; end with the invariants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--visitors", type=int, default=50, help="how many parties")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", type=Path, metavar="FILE")

    def handle(self, *, visitors: int, seed: int, json: Path | None, **_options: Any) -> None:
        if not settings.QUANYU_THROWAWAY:
            raise CommandError("The demonstration runs on servers of its own only.")
        with tempfile.TemporaryDirectory(prefix="qy-demo-") as folder:
            report = _Morning(self, visitors, seed, Path(folder)).run()
        for name, value in report.items():
            self.stdout.write(f"{name:<14} {value}")
        if json:
            _write(json, report)
        if report["violations"] or report["errors_5xx"]:
            sys.exit(1)


class _Morning:
    """The region, the processes, the parties and the gate of one demonstration."""

    def __init__(self, command: Command, visitors: int, seed: int, folder: Path) -> None:
        self.command, self.visitors, self.seed, self.folder = command, visitors, seed, folder
        self.timings, self.tally = Timings(), Tally()

    def run(self) -> dict[str, Any]:
        self._say("Loading the region …")
        zone = ZoneInfo("Asia/Shanghai")
        tomorrow = (datetime.now(zone) + timedelta(days=1)).date()
        dawn = datetime.combine(tomorrow, datetime.min.time(), zone) + timedelta(hours=6)
        # The clock stands still as good as long as the region loads, then runs.
        self._manage("load_region", SLUG, "--days", "3", QUANYU_CLOCK=f"{dawn.isoformat()}@1")
        self._manage("tour", "--prepare")
        moved = clock.spec(dawn, SPEED, datetime.now(UTC))
        os.environ["QUANYU_CLOCK"] = settings.QUANYU_CLOCK = moved
        site = Site.for_demo(self.folder)
        try:
            site.start_quietly()
            self._visits(site.url, tomorrow)
            return self._report()
        finally:
            site.stop()

    def _visits(self, url: str, day: Any) -> None:
        spread_s = max(40.0, self.visitors / 5)
        parties = [
            Party(n, url, self.timings, self.tally, day, self.seed) for n in range(self.visitors)
        ]
        gate = Gate(url, self.timings, self.tally)
        gate.sign_in()
        end = time.monotonic() + spread_s + 75
        threads = [threading.Thread(target=gate.work, args=(end,), daemon=True)]
        threads[0].start()
        for number, party in enumerate(parties):
            thread = threading.Thread(target=party.run, daemon=True)
            thread.start()
            threads.append(thread)
            time.sleep(spread_s / self.visitors)
            if number % max(1, self.visitors // 20) == 0:
                self._bar(number + 1)
        self._bar(self.visitors)
        for thread in threads:
            thread.join()

    def _report(self) -> dict[str, Any]:
        self._say("\nWaiting until every fact has reached its end …")
        at, deadline = clock.now(), time.monotonic() + 40
        found = invariants.check_all(at=at)
        while found and time.monotonic() < deadline:
            time.sleep(1)
            found = invariants.check_all(at=at)
        for violation in found:
            self._say(f"{violation.rule}: {violation.row}")
        counts = self.tally.counts
        names = ("attempted", "ordered", "paid", "given_up", "returned", "refunded", "admitted")
        return {
            **{name: counts[name] for name in names},
            "lapsed": _lapsed(),
            "refused": dict(self.tally.refused),
            "errors_5xx": self.timings.errors_5xx,
            "pages_ms": {kind: _quantiles(ms) for kind, ms in sorted(self.timings.ms.items())},
            "violations": len(found),
            "seed": self.seed,
        }

    def _manage(self, *words: str, **env: str) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
        if subprocess.run(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL).returncode:
            raise CommandError(f"{words[0]} failed")

    def _say(self, text: str) -> None:
        self.command.stdout.write(text)
        self.command.stdout.flush()

    def _bar(self, done: int) -> None:
        full = 40 * done // self.visitors
        at = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
        line = f"\r{at:%H:%M} [{'#' * full}{'.' * (40 - full)}] {done}/{self.visitors} parties"
        self.command.stdout.write(line, ending="")
        self.command.stdout.flush()


def _lapsed() -> int:
    from bookings.orders.models import Order, State

    return Order.objects.filter(lines__state=State.LAPSED).distinct().count()


def _quantiles(ms: list[float]) -> dict[str, float]:
    ordered = sorted(ms)
    last = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return {"n": len(ms), "p50": round(statistics.median(ms), 1), "p99": round(last, 1)}


def _write(path: Path, report: dict[str, Any]) -> None:
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False))
