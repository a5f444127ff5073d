"""The evening's last descents: everybody in the queue of a direct shuttle is carried down."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from config.demo import at_once
from config.demo.browser import Browser
from config.demo.lines.drivers import Drivers
from config.demo.lines.riders import Riders, Wish
from config.demo.lines.selling import Selling
from config.demo.steps import expect
from config.demo.visitors import Stuck
from kernel.places.models import Region
from transport.direct.models import DirectShuttle, ShuttleDeparture, Window
from transport.lines import queries

LINE = "s01"
PARTIES, SIZE = 12, 5
"""More than one vehicle takes."""

Gather = Callable[..., list[Riders]]


class Descents:
    """Those who have booked the last window down the mountain."""

    def __init__(self, selling: Selling, region: Region, gather: Gather) -> None:
        self.selling, self.gather = selling, gather
        self.shuttle = DirectShuttle.objects.select_related("line", "pattern").get(
            line__region=region, line__slug=LINE, pattern__slug="back"
        )
        windows = Window.objects.filter(shuttle=self.shuttle, service_date=selling.day)
        self.window = windows.order_by("-starts_at")[0]
        self.riders: list[Riders] = []

    def buy(self) -> str:
        """Places of the last boarding time, from the shuttle's page."""
        stops = queries.stops_of([self.shuttle.pattern_id])[self.shuttle.pattern_id]
        wish = Wish(LINE, stops[0].place.name_zh, stops[-1].place.name_zh)
        self.riders = self.gather([wish] * PARTIES, size=SIZE, fate="rides")
        self.selling.everybody(self.riders, self._buy)
        expect([one.end for one in self.riders], [""] * PARTIES, "places of the last boarding time")
        return f"{PARTIES * SIZE} people come down last"

    def _buy(self, one: Riders) -> None:
        address = f"{self.selling.url}/zh-hans/huangshan/direct/{self.shuttle.slug}/"
        refs = one.browser.get(f"{address}?day={self.selling.day}", "direct").values("ref")
        if str(self.window.pk) not in refs:
            raise Stuck("the last boarding time is not offered")
        page = at_once.order(one.browser, self.selling.url, [("direct", refs[-1])], one.people)
        if page is None:
            raise Stuck("no room in the last boarding time")
        one.ref, one.order = refs[-1], page.url.removesuffix("pay/")
        at_once.pay(one.browser, page)

    @property
    def begins(self) -> Any:
        """When they come to the boarding point."""
        return self.window.starts_at + timedelta(minutes=5)

    def carry(self, drivers: Drivers, desk: Browser, url: str) -> str:
        """The desk sends one more vehicle; the crew lets everybody in and sends vehicles off, one by one."""
        seats, left = self.shuttle.line.seats, PARTIES * SIZE
        self._tell(desk, url, "extra", minutes="5", seats=f"{seats}")
        drivers.board(self._post(drivers), self.riders)
        for one in self.riders:
            one.end = "came down"
        while left:
            aboard = min(seats, left)
            left -= aboard
            said = {"people": f"{aboard}", "still_waiting": f"{left}", "seats": f"{seats}"}
            self._tell(drivers.browser, url, "depart", **said)
        gone = ShuttleDeparture.objects.filter(shuttle=self.shuttle, left_at__isnull=False)
        expect(sum(each.people or 0 for each in gone), PARTIES * SIZE, "people carried down")
        return f"{gone.count()} vehicles, one of them sent for it; nobody waits any more"

    def _post(self, drivers: Drivers) -> str:
        page = drivers.page("scan/")
        found = re.search(rf'/scan/(direct:{self.shuttle.pk}(?:@[^"/]*)?)/', page.text)
        if found is None:
            raise Stuck("the boarding point has no post")
        return found[1]

    def _tell(self, browser: Browser, url: str, verb: str, **said: str) -> None:
        page = browser.get(f"{url}/zh-hans/queues/{self.shuttle.pk}/", "queue")
        form = next((form for form in page.forms if form.action.endswith(f"/{verb}/")), None)
        if form is None:
            raise Stuck(f"nobody may say “{verb}”")
        after = browser.send(page, form, f"queue: {verb}", **said)
        if after.url.endswith(f"/{verb}/"):
            raise Stuck(f"“{verb}” was refused")
