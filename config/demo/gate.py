"""The staff of a demonstration: signed in as the gate, they scan what the parties show."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field

from accounts.organisations import demonstration
from config.demo.browser import Browser, Page, Timings
from config.demo.visitors import Tally

TOO_EARLY = "gate: Too early"


@dataclass
class Gate:
    """One scanning device at the mountain's gate."""

    site: str
    timings: Timings
    tally: Tally
    browser: Browser = field(init=False)

    def sign_in(self) -> None:
        """With name, password and the six digits of the demonstration account."""
        self.browser = Browser(self.timings)
        login = next(one for one in demonstration.logins() if one.role == "gate")
        page = self.browser.get(f"{self.site}/en/staff/?next=/en/scan/", "staff")
        form = page.form("username")
        if form is None:
            raise RuntimeError("no sign-in form")
        page = self.browser.send(
            page, form, "staff", username=login.name, password=login.password, code=login.code
        )
        found = re.search(r'href="([^"]*/scan/area:[^"]*)"', page.text)
        if found is None:
            raise RuntimeError("the gate has no post")
        self.post = self.site + found[1]

    def scan(self, code: str) -> bool:
        """Scan once; count who came in, or why not. False: too early, the party waits."""
        page = self.browser.get(self.post, "scan page")
        form = page.form("code")
        if form is None:
            self.tally.refuse("no scan page")
            return True
        answer = self.browser.send(page, form, "scan", code=code)
        if "q-gate--in" in answer.text or "q-gate--check" in answer.text:
            self.tally.add("admitted")
            return True
        why = _why(answer)
        if why != TOO_EARLY or code not in self.tally.early:
            self.tally.refuse(why)
        self.tally.early.add(code)
        return why != TOO_EARLY

    def share(self, other: Gate) -> None:
        """Stand at the same gate as another lane, under the same sign-in."""
        self.browser = Browser(self.timings)
        self.browser.cookies = dict(other.browser.cookies)
        self.post = other.post

    def work(self, closing: threading.Event) -> None:
        """Scan every code that is shown, some of them twice, until the gate closes."""
        while not closing.is_set():
            with self.tally.lock:
                shown = self.tally.codes.popleft() if self.tally.codes else None
            if shown is None:
                time.sleep(0.2)
                continue
            code, again = shown
            if not self.scan(code):
                with self.tally.lock:
                    self.tally.codes.append(shown)
                time.sleep(0.5)
            elif again:
                self.scan(code)


def _why(page: Page) -> str:
    found = re.search(r'class="q-gate__text">([^<]{1,40})', page.text)
    return f"gate: {re.split('[:：0-9]', found[1])[0].strip()}" if found else "gate: unknown"
