"""A real morning in fast motion: parties buy, pay, lapse, cancel and go in, over HTTP."""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.arrivals import arrivals
from config.demo.browser import Timings
from config.demo.counter import Counter
from config.demo.gate import Gate
from config.demo.lines.day import LinesDay
from config.demo.peak.day import Peak
from config.demo.stage import mail_server, running_site
from config.demo.supply import Supply
from config.demo.visitors import Party, Tally
from config.management.figures import Figures, add_json
from kernel import clock, invariants

SPEED = 90
"""The clock in the demonstration: a morning of three hours takes two minutes."""
STORY_SPEED = 30
"""In a story a quarter of an hour takes half a minute."""
STORIES: dict[str, type[Counter] | type[Supply]] = {"counter": Counter, "supply": Supply}
PARTIES_OF = {"morning": 50, "lines": 160}
DAWN, HOURS = timedelta(hours=6), 3
LINGER_S = 50
LANES = 3
SLUG = "huangshan"


class Command(BaseCommand):
    help = "Run a morning with so many parties against a site of its own; end with the invariants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--visitors", type=int, help="how many parties, of a morning or of lines"
        )
        parser.add_argument(
            "--day", choices=("morning", "peak", "lines", *STORIES), default="morning"
        )
        parser.add_argument("--scale", type=float, default=0.004, help="of the peak day's visitors")
        parser.add_argument("--seed", type=int, default=1)
        add_json(parser)
        parser.add_argument(
            "--url", help="a site of this folder that runs already; its clock stays as it is"
        )

    def handle(
        self, *, visitors: int | None, day: str, scale: float, seed: int, json: Path | None,
        url: str | None, **_options: Any,
    ) -> None:  # fmt: skip
        if not settings.QUANYU_THROWAWAY and not url:
            raise CommandError("The demonstration runs on servers of its own, or give --url.")
        out = Figures(self, json)
        with tempfile.TemporaryDirectory(prefix="qy-demo-") as folder:
            morning = _Morning(self, visitors or PARTIES_OF.get(day, 1), seed, Path(folder))
            if day == "peak":
                report = morning.run_peak(scale)
            elif day == "lines":
                report = morning.run_lines()
            elif day in STORIES:
                report = morning.run_story(STORIES[day])
            else:
                report = morning.visit(url.rstrip("/")) if url else morning.run()
        for name, value in report.items():
            self.stdout.write(_line(name, value))
        out.write(report)
        if not _is_well(report):
            sys.exit(1)


def _is_well(report: dict[str, Any]) -> bool:
    """Nothing broken, nothing stuck, nobody lost, and the services hold what our books say."""
    lost = (report.get("stuck"), report.get("unaccounted"))
    wrong = (report["violations"], report["errors_5xx"], *lost)
    return not any((*wrong, *report.get("money_delta_fen", {}).values()))


def _line(name: str, value: Any) -> str:
    if name == "story":
        return "\n".join(["", *(_chapter(each) for each in value), ""])
    if name != "pages_ms":
        return f"{name:<14} {value}"
    head = f"{'page (ms)':<24}{'n':>7}{'p50':>9}{'p99':>9}"
    rows = [f"{page:<24}{q['n']:>7}{q['p50']:>9}{q['p99']:>9}" for page, q in value.items()]
    return "\n".join(["", head, *rows, ""])


def _chapter(each: dict[str, Any]) -> str:
    """One chapter, and the accounts that it has moved, in fen."""
    legs = "".join(f"\n    {name:<28}{fen:>12}" for name, fen in sorted(each["moved"].items()))
    return f"{each['title']}: {each['outcome']}{legs}"


class _Morning:
    """The region, the processes, the parties and the gate of one demonstration."""

    def __init__(self, command: Command, visitors: int, seed: int, folder: Path) -> None:
        self.command, self.visitors, self.seed, self.folder = command, visitors, seed, folder
        self.timings, self.tally = Timings(), Tally()
        self.zone = ZoneInfo("Asia/Shanghai")
        self.drawn, self.every = 0, max(1, visitors // 20)

    def run(self) -> dict[str, Any]:
        """On a site of its own, whose clock runs fast."""
        self._say("Loading the region …")
        tomorrow = (datetime.now(self.zone) + timedelta(days=1)).date()
        dawn = datetime.combine(tomorrow, datetime.min.time(), self.zone) + DAWN
        moments = arrivals(self.visitors, dawn=dawn, hours=HOURS, seed=self.seed)
        with running_site(self.folder, slug=SLUG, start=dawn, speed=SPEED, days=3) as site:
            self._visits(site.url, moments, LINGER_S)
            return self._report()

    def run_story(self, story_of: type[Counter] | type[Supply]) -> dict[str, Any]:
        """A day in chapters, on a site of its own with stand-ins of the services."""
        self._say("Loading the region …")
        tomorrow = (datetime.now(self.zone) + timedelta(days=1)).date()
        begins = datetime.combine(tomorrow, datetime.min.time(), self.zone) + story_of.begins
        with (
            mail_server() as mail,
            running_site(
                self.folder, slug=SLUG, start=begins, speed=STORY_SPEED, days=5, fakes=True
            ) as site,
        ):
            story = story_of(
                site.url, site.fakes, self.folder, tomorrow + timedelta(days=1), self.seed, mail
            )
            story.run(self._say)
            self.timings = story.timings
            found = self._await_truth()
        chapters = [asdict(each) for each in story.chapters]
        return {
            "chapters": len(chapters),
            "stuck": sum(each["outcome"].startswith("STUCK") for each in chapters),
            "story": chapters,
            **story.counts,
            "money_delta_fen": story.money_delta(),
            "errors_5xx": self.timings.errors_5xx,
            "violations": len(found),
            "seed": self.seed,
        }

    def run_peak(self, scale: float) -> dict[str, Any]:
        """The busiest day on record, on a site of its own."""
        peak = Peak(self.folder, scale=scale, seed=self.seed, tell=self._say)
        return {**peak.run(lambda: len(self._await_truth())), "seed": self.seed}

    def run_lines(self) -> dict[str, Any]:
        """All lines of the region for a day, on a site of its own."""
        lines = LinesDay(self.folder, parties=self.visitors, seed=self.seed, tell=self._say)
        return {**lines.run(lambda: len(self._await_truth())), "seed": self.seed}

    def visit(self, url: str) -> dict[str, Any]:
        """On a site that runs by the real clock: everybody comes within a minute, for tomorrow."""
        now = clock.now().astimezone(self.zone)
        step = timedelta(seconds=60) / self.visitors
        self._visits(url, [now + step * number for number in range(self.visitors)], 10)
        return self._report()

    def _visits(self, url: str, moments: Sequence[datetime], linger_s: float) -> None:
        is_moved = bool(settings.QUANYU_CLOCK)
        day = moments[0].date() + timedelta(days=0 if is_moved else 1)
        gates = [Gate(url, self.timings, self.tally) for _lane in range(LANES)]
        gates[0].sign_in()
        for gate in gates[1:]:
            gate.share(gates[0])
        closing = threading.Event()
        lanes = [threading.Thread(target=gate.work, args=(closing,), daemon=True) for gate in gates]
        parties = []
        for lane in lanes:
            lane.start()
        for number, moment in enumerate(moments):
            self._wait(moment, number)
            party = Party(number, url, self.timings, self.tally, day, self.seed, is_moved)
            parties.append(threading.Thread(target=party.run, daemon=True))
            parties[-1].start()
        self._bar(self.visitors)
        for thread in parties:
            thread.join()
        time.sleep(linger_s)
        closing.set()
        for lane in lanes:
            lane.join()

    def _wait(self, moment: datetime, number: int) -> None:
        while clock.now() < moment:
            self._bar(number)
            time.sleep(0.05)

    def _await_truth(self) -> list[invariants.Violation]:
        """What is still broken when the news has gone round."""
        self._say("\nWaiting until every fact has reached its end …")
        at, deadline = clock.now(), time.monotonic() + 40
        found = invariants.check_all(at=at)
        while found and time.monotonic() < deadline:
            time.sleep(1)
            found = invariants.check_all(at=at)
        for violation in found:
            self._say(f"{violation.rule}: {violation.row}")
        return found

    def _report(self) -> dict[str, Any]:
        found = self._await_truth()
        counts = self.tally.counts
        names = (
            "attempted",
            "chose_again",
            "ordered",
            "paid",
            "given_up",
            "returned",
            "refunded",
            "admitted",
        )
        return {
            **{name: counts[name] for name in names},
            "lapsed": _lapsed(),
            "refused": dict(self.tally.refused.most_common()),
            "waiting": len(self.tally.codes),
            "errors_5xx": self.timings.errors_5xx,
            "pages_ms": {kind: _quantiles(ms) for kind, ms in sorted(self.timings.ms.items())},
            "violations": len(found),
            "seed": self.seed,
        }

    def _say(self, text: str) -> None:
        self.command.stdout.write(text)
        self.command.stdout.flush()

    def _bar(self, done: int) -> None:
        """Draw progress when it moved; without a terminal, twenty lines of it."""
        step = 1 if self.command.stdout.isatty() else self.every
        if done - self.drawn < step:
            return
        self.drawn = done
        full = 40 * done // self.visitors
        at = clock.now().astimezone(self.zone)
        line = f"{at:%H:%M} [{'#' * full}{'.' * (40 - full)}] {done}/{self.visitors} parties"
        is_drawn = self.command.stdout.isatty()
        self.command.stdout.write(
            f"\r{line}" if is_drawn else line, ending="" if is_drawn else "\n"
        )
        self.command.stdout.flush()


def _lapsed() -> int:
    from bookings.orders.models import Order, State

    return Order.objects.filter(lines__state=State.LAPSED).distinct().count()


def _quantiles(ms: list[float]) -> dict[str, float]:
    ordered = sorted(ms)
    last = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return {"n": len(ms), "p50": round(statistics.median(ms), 1), "p99": round(last, 1)}
