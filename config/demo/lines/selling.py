"""The evening before: people look for a departure between two stops, choose one, order and pay."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape
from urllib.parse import urlencode

from config.demo import at_once
from config.demo.lines.riders import Riders
from config.demo.visitors import Stuck

_LANES = 6
_TRIES = 3
_REGION = "huangshan"


class Selling:
    """The site where everybody buys for one day."""

    def __init__(self, url: str, day: date) -> None:
        self.url, self.day = url, day

    def everybody(self, riders: Sequence[Riders], act: Callable[[Riders], None]) -> None:
        """Some at a time. Whoever is stuck says why, and stays at home."""

        def safely(one: Riders) -> None:
            try:
                act(one)
            except Stuck as stuck:
                one.end = f"stuck: {stuck}"
            except OSError as error:
                one.end = f"stuck: {type(error).__name__}"

        with ThreadPoolExecutor(_LANES) as pool:
            list(pool.map(safely, riders))

    def buy(self, one: Riders) -> None:
        """The search, the line's page, and a departure with room for all of them."""
        refs = self.departures(one)
        for ref in one.dice.sample(refs, min(_TRIES, len(refs))):
            if self.buy_ride(one, ref):
                return
        one.end = "no room"

    def departures(self, one: Riders) -> list[str]:
        """The rides of the wish that can be had, as the line's page offers them."""
        wish = one.wish
        query = urlencode({"from": wish.start, "to": wish.end, "day": f"{self.day}"})
        page = one.browser.get(f"{self.url}/zh-hans/{_REGION}/departures/?{query}", "departures")
        links = re.findall(rf'href="([^"]*/lines/{wish.line}/\?[^"]*)"', page.text)
        if not links:
            raise Stuck(f"no departure of {wish.line} from {wish.start} to {wish.end}")
        link = unescape(one.dice.choice(links))
        refs = one.browser.get(f"{self.url}{link}", "line").values("ref")
        if not refs:
            raise Stuck(f"{wish.line}: no departure to choose")
        return refs

    def buy_ride(self, one: Riders, ref: str) -> bool:
        """Order and pay one ride; whether there was room."""
        page = at_once.order(one.browser, self.url, [("shuttle", ref)], one.people)
        if page is None:
            return False
        one.ref, one.order = ref, page.url.removesuffix("pay/")
        at_once.pay(one.browser, page)
        return True

    def give_back(self, one: Riders) -> None:
        """All of it, the evening before."""
        at_once.give_back(one.browser, one.order)
        one.end = "gave back"

    def change(self, one: Riders) -> None:
        """To the latest departure that the page of changes offers; where there is none, they keep theirs."""
        page = one.browser.get(one.order, "order")
        found = re.search(r'href="([^"]*/change/\d+/)', page.text)
        if found is None:
            raise Stuck("no way to change")
        address = f"{self.url}{found[1]}?day={self.day}"
        others = [ref for ref in one.browser.get(address, "change").values("ref") if ref != one.ref]
        if not others:
            return
        page = one.browser.get(f"{address}&{urlencode({'ref': others[-1]})}", "change")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("no change was offered")
        everybody = list(dict.fromkeys(page.values("part")))
        after = one.browser.send(page, form, "change", part=everybody)
        one.ref, one.order = others[-1], after.url.removesuffix("pay/")
        if "/pay/" in after.url:
            at_once.pay(one.browser, after)
