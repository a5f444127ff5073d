"""The parties of a demonstration: each a browser of its own, each with one way to behave."""

from __future__ import annotations

import random
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock

from config.demo.browser import Browser, Page, Timings
from config.demo.people import document_number
from kernel import clock

WAYS = (
    ("pays", 62),
    ("pays twice notified", 8),
    ("never notified", 5),
    ("lets it lapse", 8),
    ("pays late", 5),
    ("cancels", 7),
    ("gives up", 5),
)
_AREA, _LINE = "area:areas/huangshan-scenic/", "line:lines/t02/"
_ATTEMPTS = 4
_ADULTS = 2  # the third and fourth of a party are its children


class Stuck(Exception):
    """A page did not offer what the next step needs; the text says which."""


@dataclass
class Tally:
    """What happened, counted by all parties together."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: deque[tuple[str, bool]] = field(default_factory=deque)
    early: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def add(self, name: str, number: int = 1) -> None:
        with self.lock:
            self.counts[name] += number

    def refuse(self, reason: str) -> None:
        with self.lock:
            self.refused[reason] += 1


@dataclass
class Party:
    """Some adults who go up the mountain by bus and through the gate."""

    number: int
    site: str
    timings: Timings
    tally: Tally
    day: date
    seed: int
    can_wait: bool = True

    def run(self) -> None:
        """The whole visit up to the code. Anything odd is counted, never raised."""
        self.dice = random.Random(self.seed * 10_000 + self.number)
        self.browser = Browser(self.timings)
        self.way = self.dice.choices([w for w, _ in WAYS], [n for _, n in WAYS])[0]
        self.size = self.dice.choice((1, 2, 2, 3, 4))
        self.tally.add("attempted")
        try:
            self._fill_cart()
            pay_page = self._order()
            self.tally.add("ordered")
            self._behave(pay_page)
        except Stuck as stuck:
            self.tally.refuse(str(stuck))
        except OSError as error:
            self.tally.refuse(type(error).__name__)

    def _url(self, path: str) -> str:
        return f"{self.site}/zh-hans/{path}"

    def _fill_cart(self) -> None:
        self.browser.get(self._url("huangshan/"), "home")
        self.chosen: list[str] = []
        for part in (_AREA, _LINE):
            self._choose(part)

    def _choose(self, part: str) -> None:
        """Put an entry time or a departure into the cart: not the very next, which may leave us."""
        kind, path = part.split(":")
        page = self.browser.get(self._url(f"huangshan/{path}?day={self.day}"), kind)
        form, refs = page.form("class_adult"), page.values("ref")[1 : 3 if part == _AREA else 7]
        if form is None or not refs:
            raise Stuck(f"{kind}: nothing left")
        after = self.browser.send(
            page, form, "add to cart", ref=self.dice.choice(refs), class_adult=str(self.size)
        )
        if "/cart/" not in after.url:
            raise Stuck(f"{kind}: refused by the seller")
        self.chosen.append(part)

    def _choose_again(self) -> None:
        """Take out of the cart what cannot be had any more, and choose another time for it."""
        page = self.browser.get(self._url("huangshan/cart/"), "cart")
        rows = page.text.split('name="item" value="')
        lost = [at for at, text in enumerate(rows[:-1]) if "q-alert--error" in text]
        for at in reversed(lost):
            item = rows[at + 1].split('"', 1)[0]
            form = next(f for f in page.forms if f.fields.get("item") == item)
            self.browser.send(page, form, "take out")
            self._choose(self.chosen.pop(at))
        self.tally.add("chose_again", len(lost))

    def _order(self) -> Page:
        """Name everybody and place the order; where a time is gone, choose another, three times."""
        for _attempt in range(_ATTEMPTS):
            page = self.browser.get(self._url("huangshan/checkout/travellers/"), "travellers")
            if page.form("who_0") is None:
                self._choose_again()
                continue
            page = self._name(page)
            form = page.form("shown_total_fen")
            if form is None:
                self._choose_again()
                continue
            page = self.browser.send(page, form, "place order", contact=f"161{self.number:08d}")
            if "/pay/" in page.url:
                return page
            self._choose_again()
        raise Stuck(self._reason(page))

    def _name(self, page: Page) -> Page:
        form = page.form("who_0")
        if form is None:
            return page
        names: dict[str, str] = {}
        for place in range(self.size):
            serial = self.number * 5 + place
            names |= {
                f"who_{place}": "0",
                f"new_{place}-name": f"测试{'甲乙丙丁戊'[place]}",
                f"new_{place}-kind": "RESIDENT_ID",
                f"new_{place}-number": document_number(serial, is_child=place >= _ADULTS),
            }
        return self.browser.send(page, form, "name travellers", **names)

    @staticmethod
    def _reason(page: Page) -> str:
        found = re.search(r'class="q-summary__list">\s*<li>([^<]+)<', page.text)
        return found[1].strip()[:60] if found else f"not placed ({page.status})"

    def _behave(self, page: Page) -> None:
        order = page.url.removesuffix("pay/")
        if self.way == "lets it lapse":
            return
        if self.way == "gives up":
            page = self.browser.get(order + "give-up/", "give up")
            form = next(f for f in page.forms if f.method == "post")
            self.browser.send(page, form, "give up")
            self.tally.add("given_up")
            return
        sandbox = self._to_sandbox(page)
        if self.way == "pays late" and self.can_wait:
            self._wait_moved(timedelta(minutes=17))
        buttons = {"pays twice notified": "twice", "never notified": "never"}
        pressed = next((f for f in sandbox.forms if f.method == "post"), None)
        if pressed is None:
            raise Stuck("no payment page")
        self.browser.send(sandbox, pressed, "pay", way=buttons.get(self.way, "pay"))
        self._after_paying(order)

    def _to_sandbox(self, page: Page) -> Page:
        form = page.form("provider")
        if form is None:
            raise Stuck("not payable")
        form.fields["provider"] = "sandbox"
        return self.browser.send(page, form, "to payment")

    def _wait_moved(self, span: timedelta) -> None:
        until = clock.now() + span
        while clock.now() < until:
            time.sleep(0.2)

    def _after_paying(self, order: str) -> None:
        """Wait until the codes are there, or the money is on its way back."""
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            if '"HELD:' in self.browser.get(order + "state.json", "state").text:
                time.sleep(0.5)
                continue
            page = self.browser.get(order, "order")
            codes = re.findall(r'class="q-code__digits">([^<]+)<', page.text)
            if codes:
                self.tally.add("paid")
                self._with_codes(page, order, codes)
                return
            if 'id="refunds"' in page.text:
                self.tally.add("returned")
                return
            time.sleep(0.5)
        raise Stuck("paid, but no code came")

    def _with_codes(self, page: Page, order: str, codes: list[str]) -> None:
        if self.way != "cancels":
            again = self.dice.random() < 0.1
            with self.tally.lock:
                self.tally.codes += [(code, again) for code in codes]
            return
        choose = self.browser.get(order + "cancel/", "cancel")
        parts = choose.values("part")
        page = self.browser.get(
            order + "cancel/?" + "&".join(f"part={part}" for part in parts), "cancel"
        )
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("cannot cancel")
        self._post_parts(page, form.fields | {}, parts)

    def _post_parts(self, page: Page, fields: dict[str, str], parts: list[str]) -> None:
        fields.pop("part", None)
        body = "&".join([f"{n}={v}" for n, v in fields.items()] + [f"part={p}" for p in parts])
        done = self.browser._go("POST", page.url.split("?")[0], body, "cancel", page.url)
        self.tally.add("refunded" if done.status == 200 else "cancel_failed")
