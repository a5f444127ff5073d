"""A train is late: who arrives with it has a place on the next bus that they can reach, and may choose."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

from config.demo.lines import ride_page
from config.demo.lines.riders import Riders, Wish
from config.demo.lines.selling import Selling
from config.demo.steps import expect, row_of, until
from config.demo.visitors import Stuck
from kernel.places.models import Region
from transport.lines import queries
from transport.lines.models import AffectedRide, Connection, ConnectionRule, Run
from transport.trains import tasks as trains
from transport.trains.fakes.keys import keys_in

LINE, TRAIN, MINUTES = "t01", "G3027", 40
PARTIES, SIZE = 4, 3
_CHOICES = ("KEEP", "", "REFUND", "MOVE")
"""What each of the parties wants when it has heard of its new departure; the second says nothing."""

Gather = Callable[..., list[Riders]]


class LateTrain:
    """The riders of one train, and the bus that is timed to it."""

    def __init__(self, selling: Selling, region: Region, gather: Gather) -> None:
        self.selling, self.region, self.gather = selling, region, gather
        self.rule = self._rule()
        self.riders: list[Riders] = []

    def _rule(self) -> Connection:
        rows = Connection.objects.filter(
            line__region=self.region,
            line__slug=LINE,
            train_number=TRAIN,
            rule=ConnectionRule.REBOOK,
        )
        rule = rows.select_related("line", "place").first()
        if rule is None:
            raise Stuck(f"{LINE} is not timed to {TRAIN}")
        return rule

    def buy(self) -> str:
        """The first bus after the train; on the page of their ride they say with which one they come."""
        board, alight, run = self._ride()
        stops = queries.stops_of([run.pattern_id])[run.pattern_id]
        names = [stop.place.name_zh for stop in stops]
        wish = Wish(self.rule.line.slug, names[board], names[alight])
        self.riders = self.gather([wish] * PARTIES, size=SIZE, fate="rides")
        ref = queries.ref_of(run.pk, board, alight)
        self.selling.everybody(self.riders, lambda one: self._buy(one, ref))
        expect([one.end for one in self.riders], [""] * PARTIES, "riders of the train")
        return f"{PARTIES * SIZE} riders of {TRAIN} take {run}"

    def _ride(self) -> tuple[int, int, Run]:
        """Positions and run: the first that leaves its stop when the train has come and they have walked."""
        arrives = self.region.at(self.selling.day, time(0)) + timedelta(
            seconds=self.rule.arrives_s or 0, minutes=self.rule.transfer_min
        )
        found = []
        for stops in queries.stops_of_lines([self.rule.line_id]).values():
            places = [stop.place_id for stop in stops]
            if self.rule.place_id not in places[:-1]:
                continue
            board = places.index(self.rule.place_id)
            for run in queries.runs_on(stops[0].pattern_id, day=self.selling.day):
                boards_at = run.departs_at + timedelta(seconds=stops[board].departs_s)
                if boards_at >= arrives:
                    found.append((boards_at, run.pk, board, len(stops) - 1, run))
        if not found:
            raise Stuck(f"no bus after {TRAIN}")
        _boards_at, _pk, board, alight, run = min(found)
        return board, alight, run

    def _buy(self, one: Riders, ref: str) -> None:
        if not self.selling.buy_ride(one, ref):
            raise Stuck("no room")
        until(lambda: row_of(one.order).state == "CONFIRMED", "the ride was not confirmed")
        ride_page.name_train(one, TRAIN)

    def follow(self, url: str, data: Path) -> str:
        """The railway says that the train is late; the riders are moved, told, and some choose otherwise."""
        _say_late(url, data, f"{TRAIN}/{self.selling.day:%Y%m%d}")
        trains.ask_due.delay()
        rows = AffectedRide.objects.filter(
            line__order__in=[row_of(one.order) for one in self.riders], moved_to__isnull=False
        )
        until(lambda: rows.count() == PARTIES, "the riders of the late train were not moved")
        for one, choice in zip(self.riders, _CHOICES, strict=True):
            self._choose(one, choice)
        return f"{MINUTES} minutes late: {PARTIES * SIZE} riders moved, free of charge"

    def _choose(self, one: Riders, choice: str) -> None:
        if not choice:
            return
        ride_page.choose(one, choice)
        if choice == "REFUND":
            until(lambda: row_of(one.order).state == "CANCELLED", "the money did not go back")
            one.end = "money back for the late train"


def _say_late(url: str, data: Path, train: str) -> None:
    request = urllib.request.Request(  # noqa: S310 - our own stand-in
        f"{url}/control",
        json.dumps({"late": {train: MINUTES}}).encode(),
        {"Authorization": f"Bearer {keys_in(data / 'fakes').control}"},
    )
    urllib.request.urlopen(request, timeout=5)  # noqa: S310
