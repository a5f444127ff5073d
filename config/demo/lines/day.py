"""A day of all the region's lines: sold the evening before, boarded stop by stop, with what goes wrong."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bookings.orders.models import Line, State
from config.demo import at_once
from config.demo.browser import Browser, Timings
from config.demo.lines import accounts
from config.demo.lines.called_off import call_off
from config.demo.lines.descents import Descents
from config.demo.lines.drivers import Drivers
from config.demo.lines.full_run import FullRun
from config.demo.lines.late_train import LateTrain
from config.demo.lines.riders import Riders, Wish, gather, wishes_of
from config.demo.lines.selling import Selling
from config.demo.staff import at_work
from config.demo.stage import load, site_at
from config.demo.steps import Chapter, await_news, row_of
from config.demo.timetable import Timetable
from config.demo.visitors import Stuck
from kernel import clock
from kernel.places.models import Region
from transport.lines.models import Run, RunState

SLUG, ZONE = "huangshan", ZoneInfo("Asia/Shanghai")
DAY = date(2026, 10, 3)
"""A Saturday in the holidays of autumn: every line of the region runs."""
EVE_SPEED, DAY_SPEED, SLOWEST = 40, 500, 100
_START_S = 8
"""A site that takes longer to start is on a busy machine: its day goes by as much slower."""
_EVE, _DAWN, _DUSK = timedelta(hours=17), timedelta(hours=5, minutes=20), timedelta(hours=20)
_AT_THE_STOP = timedelta(minutes=40)
"""On this clock the riders of a full bus need most of it to get in."""
_TRAIN_IS_LATE_AT, _CALL_OFF_AT = timedelta(hours=7, minutes=30), timedelta(hours=11)
_FIRST_MORE = 1_000
"""Who comes beside the parties that are drawn has a number from here on."""


class LinesDay:
    """The region, everybody who rides, and what became of each of them."""

    def __init__(
        self, folder: Path, *, parties: int, seed: int, tell: Callable[[str], None]
    ) -> None:
        self.folder, self.parties, self.seed, self.tell = folder, parties, seed, tell
        self.timings = Timings()
        self.chapters: list[Chapter] = []
        self.riders: list[Riders] = []
        self.more = _FIRST_MORE
        self.midnight = self.last = datetime.combine(DAY, datetime.min.time(), ZONE)

    def run(self, truth: Callable[[], int]) -> dict[str, Any]:
        """The whole day; ``truth`` waits for every fact to reach its end and counts what is broken."""
        self.tell("Loading the region …")
        eve = self.midnight - timedelta(days=1) + _EVE
        load(SLUG, start=eve, days=2)
        self.region = Region.objects.get(slug=SLUG)
        began = time.monotonic()
        with site_at(self.folder, start=eve, speed=EVE_SPEED) as site:
            took_s = time.monotonic() - began
            self._sell(site.url)
        speed = max(SLOWEST, min(DAY_SPEED, DAY_SPEED * _START_S / took_s))
        # The clock goes on while the site starts: it is to be there at dawn.
        night = self.midnight + _DAWN - timedelta(seconds=took_s * speed)
        with site_at(self.folder, start=night, speed=speed, fakes=True) as site:
            self.site = site
            self._play(site.url)
            violations = truth()
        return self._report(violations)

    def _sell(self, url: str) -> None:
        self.url, self.selling = url, Selling(url, DAY)
        full = FullRun(self.selling, self.region, self._gather)
        self.train = LateTrain(self.selling, self.region, self._gather)
        self.descents = Descents(self.selling, self.region, self._gather)
        self._chapter("a departure is sold out segment by segment", full.fill)
        self._chapter("people wait for it", full.wait)
        self._chapter("riders of a train buy the bus that is timed to it", self.train.buy)
        self._chapter("people book the last way down", self.descents.buy)
        self._chapter(f"{self.parties} parties buy rides on all lines", self._buy)
        self._chapter("some change, some give back", self._change)
        desk = at_work(url, self.timings, "operator", "counter")
        self._chapter("another vehicle runs", partial(full.relieve, desk, url))
        self.riders += [*full.riders, *self.train.riders]
        await_news()

    def _gather(self, wishes: list[Wish], **options: Any) -> list[Riders]:
        """Some more people who ride."""
        self.more += len(wishes)
        return gather(
            wishes, url=self.url, timings=self.timings, seed=self.seed, at=clock.now(),
            first=self.more - len(wishes), **options,
        )  # fmt: skip

    def _buy(self) -> str:
        """The lines in turn, each time another ride of theirs."""
        dice = random.Random(self.seed)
        lines = wishes_of(self.region)
        wishes = [dice.choice(lines[n % len(lines)]) for n in range(self.parties)]
        made = gather(wishes, url=self.url, timings=self.timings, seed=self.seed, at=clock.now())
        self.selling.everybody(made, self.selling.buy)
        self.riders += made
        bought = [one for one in made if one.order]
        return f"{len(bought)} have bought {sum(one.size for one in bought)} seats on {len(lines)} lines"

    def _change(self) -> str:
        await_news()
        by_fate = defaultdict(list)
        for one in self.riders:
            if one.order and not one.end:
                by_fate[one.fate].append(one)
        before = {one.number: one.ref for one in by_fate["changes"]}
        self.selling.everybody(by_fate["changes"], self.selling.change)
        self.selling.everybody(by_fate["gives back"], self.selling.give_back)
        changed = sum(before[one.number] != one.ref for one in by_fate["changes"])
        return f"{changed} parties changed, {len(by_fate['gives back'])} gave back"

    def _play(self, url: str) -> None:
        self.day, self.drivers = Timetable(), Drivers(url, self.timings)
        for one in (*self.riders, *self.descents.riders):
            at_once.move_house(one.browser, self.url, url)
            one.order = one.order.replace(self.url, url)
        self.url = url
        self._expect([one for one in self._alive() if one.fate != "stays at home"])
        self.day.at(self.midnight + _TRAIN_IS_LATE_AT, self._be_late)
        self.day.at(self.descents.begins, self._carry_down)
        self.day.at(self.midnight + _CALL_OFF_AT, self._call_off)
        self.day.play(max(self.midnight + _DUSK, self.last), self._tick)

    def _alive(self) -> list[Riders]:
        return [one for one in self.riders if one.order and not one.end]

    def _expect(self, riders: list[Riders]) -> None:
        """Each party comes to its stop, minutes before its bus does: by what its order says now."""
        stops: dict[tuple[int, datetime], list[Riders]] = defaultdict(list)
        for one in riders:
            line = Line.objects.get(order=row_of(one.order), kind="shuttle", state=State.CONFIRMED)
            stops[line.facts["run_id"], line.starts_at].append(one)
        for (run_id, boards_at), parties in stops.items():
            self.last = max(self.last, boards_at)
            self.day.at(boards_at - _AT_THE_STOP, partial(self._board, run_id, parties))

    def _board(self, run_id: int, parties: list[Riders]) -> None:
        """Those whose bus this still is; the others have heard of another one."""
        here = [one for one in parties if not one.end and self._run_of(one) == run_id]
        gone = [one for one in parties if not one.end and one not in here]
        self._expect(gone)
        if here:
            self.drivers.board(f"run:{run_id}", here)
        for one in here:
            one.end = "came to the bus"

    @staticmethod
    def _run_of(one: Riders) -> int:
        line = Line.objects.get(order=row_of(one.order), kind="shuttle", state=State.CONFIRMED)
        return int(line.facts["run_id"])

    def _desk(self) -> Browser:
        """The operator, signed in anew: on this clock who pauses for a minute is signed out."""
        return at_work(self.url, self.timings, "operator", "counter")

    def _be_late(self) -> None:
        follow = partial(self.train.follow, self.site.train_fakes, self.folder)
        self._chapter("a train is late", follow)

    def _carry_down(self) -> None:
        self._chapter(
            "the evening's last descents",
            lambda: self.descents.carry(self.drivers, self._desk(), self.url),
        )

    def _call_off(self) -> None:
        """The departure of the afternoon for which most have paid, but for the full one."""
        by_run: dict[int, list[Riders]] = defaultdict(list)
        for one in self._alive():
            by_run[self._run_of(one)].append(one)
        runs = Run.objects.filter(
            pk__in=by_run, departs_at__gt=clock.now() + timedelta(hours=1), state=RunState.SCHEDULED
        )
        run = max(runs, key=lambda run: len(by_run[run.pk]))
        self._chapter(
            "a departure is called off",
            lambda: call_off(self._desk(), self.url, run, by_run[run.pk]),
        )

    def _chapter(self, title: str, play: Callable[[], str]) -> None:
        began = time.monotonic()
        try:
            outcome = play()
        except Stuck as stuck:
            outcome = f"STUCK: {stuck}"
        self.chapters.append(Chapter(title, outcome))
        self.tell(f"  {title}: {outcome} ({time.monotonic() - began:.0f} s)")

    def _tick(self) -> None:
        """A line for every hour of the day."""
        hour = clock.now().astimezone(ZONE).hour
        if hour != getattr(self, "_hour", None):
            self._hour = hour
            self.tell(f"{hour:02}:00 {self.drivers.boarded} are on their way")

    def _report(self, violations: int) -> dict[str, Any]:
        found = accounts.counts(self.region, DAY)
        everybody = [*self.riders, *self.descents.riders]
        at_home = sum(one.size for one in self._alive() if one.fate == "stays at home")
        return {
            "chapters": len(self.chapters),
            "stuck": sum(each.outcome.startswith("STUCK") for each in self.chapters),
            "story": [asdict(each) for each in self.chapters],
            **found,
            "unaccounted": found["stayed"] - at_home,
            "refused_at_the_door": dict(self.drivers.refused),
            "ends": dict(Counter(one.end or one.fate for one in everybody)),
            "troubles": dict(self.day.troubles),
            "errors_5xx": self.timings.errors_5xx,
            "violations": violations,
        }
