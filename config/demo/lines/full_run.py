"""A departure sells out segment by segment; those who wait get another vehicle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from functools import partial

from bookings.inventory.models import Bucket
from bookings.waitlist.models import Entry, EntryState
from config.demo import at_once
from config.demo.browser import Browser
from config.demo.lines.riders import Riders, Wish
from config.demo.lines.selling import Selling
from config.demo.steps import until
from config.demo.visitors import Stuck
from kernel.places.models import Region
from transport.lines import queries
from transport.lines.models import Relief, Run
from transport.lines.tasks import propose_relief

LINE, AT_HOUR = "t02", 9
PARTY, WAITING = 5, 4
"""People of each party that fills it, and parties that wait afterwards."""
Gather = Callable[..., list[Riders]]


class FullRun:
    """One departure of a line with three segments or more."""

    def __init__(self, selling: Selling, region: Region, gather: Gather) -> None:
        self.selling, self.gather = selling, gather
        line = queries.get_line(region, LINE)
        self.stops = next(iter(queries.stops_of_lines([line.pk]).values()))
        begins = region.at(selling.day, time(AT_HOUR))
        runs = queries.runs_on(self.stops[0].pattern_id, day=selling.day)
        self.run = next(run for run in runs if run.departs_at >= begins)
        self.riders: list[Riders] = []
        self.waiting: list[Riders] = []

    def fill(self) -> str:
        """Every seat is sold to somebody who leaves it half way, and again from there on."""
        seats, last = self._left(), len(self.stops) - 1
        for board, alight in ((0, 1), (1, last)):
            parties = self._parties(seats // PARTY, board, alight)
            self.selling.everybody(parties, partial(self._buy, board, alight))
            self.riders += parties
        if self._left():
            raise Stuck(f"{self._left()} seats are left of {seats}")
        return f"{seats} seats, {sum(one.size for one in self.riders)} riders"

    def wait(self) -> str:
        """People who want to go all the way find it full, and wait."""
        self.waiting = self._parties(WAITING, 0, len(self.stops) - 1)
        self.selling.everybody(self.waiting, self._wait)
        inside = [one for one in self.waiting if one.waits_in]
        if len(inside) < WAITING:
            raise Stuck(f"{WAITING - len(inside)} parties could not wait: {self.waiting[0].end}")
        return f"{sum(one.size for one in inside)} people wait"

    def relieve(self, desk: Browser, url: str) -> str:
        """The operator finds a proposal and accepts it; who has waited pays.

        The beat's minute is most of an hour here: the worker is asked at once.
        """
        proposed = Relief.objects.filter(run=self.run, state="PROPOSED")
        propose_relief.delay()
        until(proposed.exists, "no other vehicle was proposed")
        address = f"{url}/zh-hans/ops/transport_lines/relief/"
        page = desk.get(address, "office: relief")
        form = page.form("_selected_action")
        if form is None:
            raise Stuck("the proposal is not in the back office")
        desk.send(
            page, form, "office: relief", action="accept", _selected_action=f"{proposed.get().pk}"
        )
        entries = Entry.objects.filter(pk__in=[one.waits_in for one in self.waiting])
        until(
            lambda: not entries.exclude(state=EntryState.OFFERED).exists(),
            "those who wait were not served",
        )
        self.selling.everybody(self.waiting, self._take_up)
        self.riders += [one for one in self.waiting if one.order]
        vehicles = Run.objects.values_list("vehicles", flat=True).get(pk=self.run.pk)
        return f"{vehicles} vehicles, {sum(bool(one.order) for one in self.waiting)} parties taken along"

    def _left(self) -> int:
        """Seats that are left on the emptiest of the segments."""
        return max(bucket.left for bucket in Bucket.objects.filter(pk__in=self.run.segments))

    def _parties(self, number: int, board: int, alight: int) -> list[Riders]:
        names = [stop.place.name_zh for stop in self.stops]
        wish = Wish(LINE, names[board], names[alight])
        return self.gather([wish] * number, size=PARTY, fate="rides")

    def _buy(self, board: int, alight: int, one: Riders) -> None:
        if not self.selling.buy_ride(one, queries.ref_of(self.run.pk, board, alight)):
            one.end = "no room"

    def _wait(self, one: Riders) -> None:
        one.ref = queries.ref_of(self.run.pk, 0, len(self.stops) - 1)
        one.waits_in = at_once.wait_for(
            one.browser, self.selling.url, ("shuttle", one.ref), one.people, f"162{one.number:08d}"
        )

    def _take_up(self, one: Riders) -> None:
        one.order = at_once.take_up(one.browser, self.selling.url, one.waits_in)
        one.end = "" if one.order else "waited in vain"
