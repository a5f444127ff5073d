"""The drivers: before a bus leaves, they scan whoever stands at its door."""

from __future__ import annotations

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from config.demo.browser import Browser, Form, Page, Timings
from config.demo.lines.riders import Riders
from config.demo.staff import at_work, is_door
from config.demo.visitors import Stuck

_DOORS = 4
"""So many parties get in at once, each with a crew member's telephone of its own."""


class Drivers:
    """All drivers of the region's operators, with one sign-in."""

    def __init__(self, url: str, timings: Timings) -> None:
        self.url, self.timings = url, timings
        self.boarded, self.refused = 0, Counter[str]()
        self.lock = threading.Lock()
        self._sign_in()

    def _sign_in(self) -> None:
        self.browser: Browser = at_work(self.url, self.timings, "driver", "scan")

    def page(self, address: str) -> Page:
        """A page for crews; who had nothing to do for so long as to be signed out signs in again."""
        page = self.browser.get(f"{self.url}/zh-hans/{address}", "crew")
        if is_door(page):
            with self.lock:
                self._sign_in()
            page = self.browser.get(f"{self.url}/zh-hans/{address}", "crew")
        return page

    def board(self, post: str, parties: list[Riders]) -> None:
        """Let everybody of these parties in at a post ("run:7"), each by their own code."""
        page = self.page(f"scan/{post}/")
        form = page.form("code")
        if form is None:
            raise Stuck(f"{post} has no door ({page.status})")
        with ThreadPoolExecutor(_DOORS) as doors:
            list(doors.map(partial(self._let_in, page, form), parties))

    def _let_in(self, page: Page, form: Form, one: Riders) -> None:
        for code in _codes(one):
            answer = self.browser.send(page, form, "scan", code=code)
            self._count(*self._how_many(answer, one))

    def _how_many(self, answer: Page, one: Riders) -> tuple[str, int]:
        """What the page says at last, and for how many: on one code for all of them the driver says so."""
        sure = answer.form("sure")
        if sure is None:
            return answer.text, 1
        people = str(sure.fields.get("persons") or one.size)
        return self.browser.send(answer, sure, "scan", persons=people).text, int(people)

    def _count(self, text: str, people: int) -> None:
        is_in = "q-gate--in" in text or "q-gate--check" in text
        found = re.search(r'class="q-gate__text">([^<]{1,60})', text)
        with self.lock:
            self.boarded += people * is_in
            if not is_in:
                self.refused[found[1].strip() if found else "no answer"] += 1


def _codes(one: Riders) -> list[str]:
    """What stands on the page of their order. :raises Stuck: nothing does."""
    page = one.browser.get(one.order, "order")
    codes = re.findall(r'class="q-code__digits">([^<]+)<', page.text)
    if not codes:
        raise Stuck("no codes on the order's page")
    return codes
