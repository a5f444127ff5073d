"""A day at the counter: one journey for each way to pay, and what each of them has moved, in fen.

Everything goes over HTTP, through pages and forms, against a site with stand-ins of the outside
services. The books are read beside it, after each chapter.
"""

from __future__ import annotations

import json
import random
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Sum

from accounts.identity.models import User
from accounts.organisations import demonstration
from bookings.balance.models import Offer
from bookings.inventory.models import Bucket
from bookings.inventory.operations import reshape
from bookings.ledger.models import Posting
from bookings.orders.models import Line, Order
from bookings.payments.fakes.keys import keys_in
from bookings.refunds.models import Refund, RefundState
from bookings.tabs.models import Member, Tab
from config.demo.browser import Browser, Page, Timings
from config.demo.visitors import Party, Stuck, Tally
from kernel import clock
from kernel.outbox.models import Event
from tourism.tickets.models import PriceRule, Slot

PATIENCE_S = 60
MEMORY_S = 2.5
"""So long the site may remember a price list as it was."""
LIMIT_FEN = 500_000
SILENT = timedelta(minutes=30)


@dataclass
class Chapter:
    """What one journey was, and by how much it has moved the accounts: fen by the kind of account."""

    title: str
    outcome: str
    moved: dict[str, int] = field(default_factory=dict)


class Buyers(Party):
    """Two adults with an area and a bus in their cart, who do what a chapter says."""

    def __init__(self, number: int, day: Counter, browser: Browser | None = None) -> None:
        super().__init__(number, day.url, day.timings, Tally(), day.date, day.seed)
        self.dice = random.Random(day.seed * 10_000 + number)
        self.browser, self.size = browser or Browser(day.timings), 2

    def place(self) -> Page:
        """A cart of both kinds, ordered; its payment page."""
        self._fill_cart()
        return self._order()


class Counter:
    """The whole day. ``run`` returns its chapters."""

    def __init__(self, url: str, fakes: str, folder: Path, day: date, seed: int) -> None:
        self.url, self.fakes, self.date, self.seed = url, fakes, day, seed
        self.control = keys_in(folder / "fakes").control
        self.timings, self.number = Timings(), 0
        self.chapters: list[Chapter] = []

    def run(self, tell: Callable[[str], None]) -> None:
        """One chapter after the other."""
        self.staff = self._sign_in()
        chapters: tuple[tuple[str, Callable[[], str]], ...] = (
            ("sandbox: a cart of both kinds", lambda: self._paid("sandbox")),
            ("Stripe: paid, changed to a dearer day and back", self._changed),
            ("Alipay: paid, partly refunded", self._partly_refunded),
            ("WeChat Pay: paid", lambda: self._paid("wechat")),
            ("two friends: Stripe and Alipay", self._divided),
            ("stored balance: topped up, spent", self._by_balance),
            ("monthly bill: used now", self._by_tab),
            ("cash: taken, paid out, counted", self._by_cash),
            ("WeChat Pay: paid when the hold was over and the time sold", self._late),
            ("Stripe silent for half an hour", self._silent),
        )
        for title, play in chapters:
            before = _accounts()
            try:
                outcome = play()
            except Stuck as stuck:
                outcome = f"STUCK: {stuck}"
            self._await_news()
            after = _accounts()
            moved = {name: after[name] - before.get(name, 0) for name in after}
            self.chapters.append(
                Chapter(title, outcome, {name: fen for name, fen in moved.items() if fen})
            )
            tell(f"  {title}: {outcome}")

    # --- chapters ---

    def _paid(self, provider: str) -> str:
        buyers, pay = self._buyers()
        order = self._pay(buyers.browser, pay, provider)
        return self._state(order)

    def _changed(self) -> str:
        buyers, pay = self._buyers()
        order = self._pay(buyers.browser, pay, "stripe")
        self._await_state(order, "CONFIRMED")
        self._await_state(order, "CONFIRMED")
        differences = []
        for days in (1, 0):
            line = self._ticket(order)
            self._make_dearer(line)
            after, difference = self._change(buyers, order, line, self.date + timedelta(days=days))
            differences.append(difference)
            order = after.url.removesuffix("pay/")
            if "/pay/" in after.url:
                self._pay(buyers.browser, after, "stripe")
            self._state(order)
        return f"differences {differences} fen, {self._state(order)}"

    @staticmethod
    def _ticket(order: str) -> Line:
        return Line.objects.select_related("order__region").get(
            order=_row(order), kind="ticket", state="CONFIRMED"
        )

    def _make_dearer(self, line: Line) -> None:
        """The next day costs twenty yuan more a person: a rule of the operator's price list."""
        slot = Slot.objects.get(pk=line.ref)
        day = self.date + timedelta(days=1)
        _rule, is_new = PriceRule.objects.get_or_create(
            product=slot.product, first_date=day, last_date=day,
            defaults={"price_fen": line.frozen_parts[0].price_fen + 2000},
        )  # fmt: skip
        if is_new:
            time.sleep(MEMORY_S)

    def _change(self, buyers: Buyers, order: str, line: Line, day: date) -> tuple[Page, int]:
        url = f"{order}change/{line.pk}/?day={day}"
        refs = [ref for ref in buyers.browser.get(url, "change").values("ref") if ref != line.ref]
        if not refs:
            raise Stuck("nothing to change to")
        page = buyers.browser.get(f"{url}&ref={refs[-1]}", "change")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("no change was offered")
        return buyers.browser.send(page, form, "change"), int(form.fields["shown_fen"])

    def _partly_refunded(self) -> str:
        buyers, pay = self._buyers()
        order = self._pay(buyers.browser, pay, "alipay")
        self._await_state(order, "CONFIRMED")
        return f"{self._cancel_one(buyers, order)} fen back"

    def _cancel_one(self, buyers: Buyers, order: str) -> int:
        """One person's part, for what was shown."""
        parts = buyers.browser.get(order + "cancel/", "cancel").values("part")[:1]
        page = buyers.browser.get(f"{order}cancel/?part={parts[0]}", "cancel")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("cannot cancel")
        buyers._post_parts(page, dict(form.fields), parts)
        self._until(lambda: Refund.objects.filter(order=_row(order)).exists(), "no refund was made")
        return int(form.fields["shown_fen"])

    def _divided(self) -> str:
        buyers, pay = self._buyers()
        order = pay.url.removesuffix("pay/")
        page = buyers.browser.get(order + "shares/", "shares")
        form = next((f for f in page.forms if "rule" in f.fields), None)
        if form is None:
            raise Stuck("cannot be divided")
        named = [name for name in form.fields if name not in ("csrfmiddlewaretoken", "rule")]
        names = {name: "甲" if place % 2 else "乙" for place, name in enumerate(named)}
        buyers.browser.send(page, form, "shares", **names)
        shares = list(_row(order).division.shares.order_by("position"))
        for share, provider in zip(shares, ("stripe", "alipay"), strict=True):
            friend = Browser(self.timings)
            page = friend.get(f"{self.url}/zh-hans/s/{share.token}/", "share")
            self._pay(friend, page, provider)
        return self._state(order)

    def _by_balance(self) -> str:
        Offer.objects.get_or_create(
            pay_fen=200_000, defaults={"name_zh": "秋日", "name_en": "Autumn", "bonus_fen": 20_000}
        )
        page = self.staff.get(f"{self.url}/zh-hans/balance/", "balance")
        form = page.form("bonus_fen")
        if form is None:
            raise Stuck("no offer")
        page = self.staff.send(page, form, "top up")
        self._pay(self.staff, page, "stripe")
        self._until(lambda: _accounts().get("bonus"), "the bonus did not come")
        buyers, pay = self._buyers(self.staff)
        return self._state(self._pay(buyers.browser, pay, "balance"))

    def _by_tab(self) -> str:
        row = Order.objects.earliest("pk")
        tab, _new = Tab.objects.get_or_create(
            name="徽州旅行社", defaults={"region": row.region, "limit_fen": LIMIT_FEN}
        )
        login = next(one for one in demonstration.logins() if one.role == "operator")
        Member.objects.get_or_create(user=User.objects.get(login_name=login.name), tab=tab)
        buyers, pay = self._buyers(self.staff)
        return self._state(self._pay(buyers.browser, pay, "tab"))

    def _by_cash(self) -> str:
        counter = f"{self.url}/zh-hans/counter/"
        page = self.staff.get(counter, "counter")
        form = page.form("float")
        if form is None:
            raise Stuck("no shift can be opened")
        page = self.staff.send(page, form, "open shift", float="500")
        buyers, pay = self._buyers()
        order = pay.url.removesuffix("pay/")
        page = self.staff.get(f"{counter}take/?code={_row(order).code}", "take cash")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("cash cannot be taken")
        self.staff.send(page, form, "take cash")
        self._await_state(order, "CONFIRMED")
        back = self._cancel_one(buyers, order)
        self._until(lambda: "/payouts/" in self.staff.get(counter, "counter").text, "no payout")
        page = self.staff.get(counter, "counter")
        form = next(form for form in page.forms if "/payouts/" in form.action)
        page = self.staff.send(page, form, "pay out")
        form = page.form("counted")
        if form is None:
            raise Stuck("the shift cannot be closed")
        must = 50_000 + _row(order).total_fen - back
        self.staff.send(page, form, "close shift", counted=f"{must // 100}.{must % 100:02d}")
        return f"{back} fen paid out, drawer {_accounts().get('drawer', 0)} fen after the count"

    def _late(self) -> str:
        buyers, pay = self._buyers()
        page = self._to_service(buyers.browser, pay, "wechat")
        self._fault("wechat", refuse=1000)  # or the page would be closed with the order
        order = pay.url.removesuffix("pay/")
        self._await_state(order, "LAPSED")
        slot = Slot.objects.get(pk=_row(order).lines.get(kind="ticket").ref)
        reshape(bucket_id=slot.bucket_id, capacity=Bucket.objects.get(pk=slot.bucket_id).taken)
        self._press(buyers.browser, page)
        self._fault("wechat")
        return self._state(order)

    def _silent(self) -> str:
        buyers, pay = self._buyers()
        self._fault("stripe", down=1)
        silent_until = clock.now() + SILENT
        for _try in range(5):
            self._to_service(buyers.browser, pay, "stripe")
        is_held = _row(pay.url.removesuffix("pay/")).state == "HELD"
        self._pay(buyers.browser, pay, "alipay")
        self._until(lambda: clock.now() > silent_until, "time stands still", patience_s=120)
        self._fault("stripe")
        others, pay = self._buyers()
        found: list[Page] = []

        def is_back() -> bool:
            found.append(self._to_service(others.browser, pay, "stripe"))
            return self._has_buttons(found[-1])

        self._until(is_back, "it did not come back")
        self._press(others.browser, found[-1])
        kept = "places kept" if is_held else "PLACES LOST"
        return f"{kept}, paid by Alipay; afterwards Stripe again: {self._state(pay.url.removesuffix('pay/'))}"

    # --- steps ---

    def _buyers(self, browser: Browser | None = None) -> tuple[Buyers, Page]:
        self.number += 1
        buyers = Buyers(self.number, self, browser)
        return buyers, buyers.place()

    def _to_service(self, browser: Browser, pay: Page, provider: str) -> Page:
        page = browser.get(pay.url, "pay")
        form = page.form("provider")
        if form is None:
            raise Stuck("not payable")
        return browser.send(page, form, "to payment", provider=provider)

    def _pay(self, browser: Browser, pay: Page, provider: str) -> str:
        """Pay on a page of ours; the address of the order, or of what else is paid."""
        page = self._to_service(browser, pay, provider)
        if self._has_buttons(page):
            self._press(browser, page)
        return pay.url.removesuffix("pay/")

    @staticmethod
    def _has_buttons(page: Page) -> bool:
        return 'name="way"' in page.text

    def _press(self, browser: Browser, page: Page) -> Page:
        form = next((form for form in page.forms if form.method == "post"), None)
        if form is None or not self._has_buttons(page):
            raise Stuck("no payment page")
        return browser.send(page, form, "pay", way="pay")

    def _state(self, order: str) -> str:
        """How an order ends: delivered, or the money back."""

        def ended() -> bool:
            row = _row(order)
            back = Refund.objects.filter(order=row, state=RefundState.DONE)
            return row.state == "CONFIRMED" or back.exists()

        self._until(ended, "it did not end")
        row = _row(order)
        return "confirmed" if row.state == "CONFIRMED" else f"{row.state}, money back"

    def _await_state(self, order: str, state: str, *, patience_s: float = PATIENCE_S) -> None:
        self._until(lambda: _row(order).state == state, f"not {state}", patience_s=patience_s)

    def _until(
        self, question: Callable[[], object], why: str, *, patience_s: float = PATIENCE_S
    ) -> None:
        until = time.monotonic() + patience_s
        while not question():
            if time.monotonic() > until:
                raise Stuck(why)
            time.sleep(0.3)

    def _await_news(self) -> None:
        waiting = Event.objects.filter(done_at=None, parked_at=None)
        self._until(lambda: not waiting.exists(), "news are still on their way")

    def _fault(self, provider: str, **faults: Any) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own stand-ins
            f"{self.fakes}/control",
            json.dumps({provider: faults}).encode(),
            {"Authorization": f"Bearer {self.control}"},
        )
        urllib.request.urlopen(request, timeout=5)  # noqa: S310

    def _sign_in(self) -> Browser:
        """The operator of the demonstration, who also sells at the counter and has a tab."""
        browser = Browser(self.timings)
        login = next(one for one in demonstration.logins() if one.role == "operator")
        page = browser.get(f"{self.url}/zh-hans/staff/?next=/zh-hans/counter/", "staff")
        form = page.form("username")
        if form is None:
            raise RuntimeError("no sign-in form")
        browser.send(
            page, form, "staff", username=login.name, password=login.password, code=login.code
        )
        return browser


def _row(url: str) -> Order:
    """The order of an address."""
    return Order.objects.get(token=url.rstrip("/").rsplit("/", 1)[-1])


def _accounts() -> dict[str, int]:
    """What every kind of account stands at; providers one by one."""
    found: dict[str, int] = {}
    rows = Posting.objects.values_list("account").annotate(fen=Sum("amount_fen"))
    for account, fen in rows:
        name = account if account.startswith("provider:") else account.partition(":")[0]
        found[name] = found.get(name, 0) + fen
    return found
