"""What people do at the counter's demonstration, step by step: over HTTP, through pages and forms."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Sum

from accounts.messages.fakes.mail import MailServer
from bookings.deposits.models import Deposit
from bookings.deposits.models import State as DepositState
from bookings.ledger.models import Posting
from bookings.orders.models import Line, Order
from bookings.payments.fakes.keys import keys_in
from bookings.refunds.models import Refund, RefundState
from config.demo.browser import Browser, Page, Timings
from config.demo.staff import at_work
from config.demo.visitors import Party, Stuck, Tally
from kernel.outbox.models import Event
from tourism.tickets.models import PriceRule, Product, Slot

PATIENCE_S = 60
MEMORY_S = 2.5
"""So long the site may remember a price list as it was."""
DEARER_FEN = 2000
OUTSIDE = ("stripe", "alipay", "wechat")


@dataclass
class Chapter:
    """What one journey was, and by how much it has moved the accounts: fen by the kind of account."""

    title: str
    outcome: str
    moved: dict[str, int] = field(default_factory=dict)


class Buyers(Party):
    """Two adults with an area and a bus in their cart, who do what a chapter says."""

    def __init__(self, number: int, day: Steps, browser: Browser | None = None) -> None:
        super().__init__(number, day.url, day.timings, Tally(), day.date, day.seed)
        self.dice = random.Random(day.seed * 10_000 + number)
        self.browser, self.size = browser or Browser(day.timings), 2

    def place(self) -> Page:
        """A cart of both kinds, ordered; its payment page."""
        self._fill_cart()
        return self._order()


class Steps:
    """Buyers, friends, a clerk and the services, as a chapter needs them."""

    begins = timedelta(hours=6)
    """When the story begins, on the clock of the region."""

    def __init__(
        self, url: str, fakes: str, folder: Path, day: date, seed: int, mail: MailServer
    ) -> None:
        self.url, self.fakes, self.date, self.seed, self.mail = url, fakes, day, seed, mail
        self.books = folder / "fakes"
        self.control = keys_in(self.books).control
        self.timings, self.number = Timings(), 0
        self.chapters: list[Chapter] = []
        self.counts: dict[str, int] = {}

    def buyers(self, browser: Browser | None = None) -> tuple[Buyers, Page]:
        self.number += 1
        buyers = Buyers(self.number, self, browser)
        return buyers, buyers.place()

    def to_service(self, browser: Browser, pay: Page, provider: str) -> Page:
        page = browser.get(pay.url, "pay")
        form = page.form("provider")
        if form is None:
            raise Stuck("not payable")
        return browser.send(page, form, "to payment", provider=provider)

    def pay(self, browser: Browser, pay: Page, provider: str) -> str:
        """Pay on a page of ours; the address of the order, or of what else is paid."""
        page = self.to_service(browser, pay, provider)
        if self.has_buttons(page):
            self.press(browser, page)
        return pay.url.removesuffix("pay/")

    @staticmethod
    def has_buttons(page: Page) -> bool:
        return 'name="way"' in page.text

    def press(self, browser: Browser, page: Page) -> Page:
        form = next((form for form in page.forms if form.method == "post"), None)
        if form is None or not self.has_buttons(page):
            raise Stuck("no payment page")
        return browser.send(page, form, "pay", way="pay")

    def state(self, order: str) -> str:
        """How an order ends: delivered, or the money back."""

        def ended() -> bool:
            row = row_of(order)
            back = Refund.objects.filter(order=row, state=RefundState.DONE)
            return row.state == "CONFIRMED" or back.exists()

        self.until(ended, f"{order} did not end")
        row = row_of(order)
        return "confirmed" if row.state == "CONFIRMED" else f"{row.state}, money back"

    @staticmethod
    def returned_fen(order: str) -> int:
        """What has gone back of an order."""
        done = Refund.objects.filter(order=row_of(order), state=RefundState.DONE)
        return int(done.aggregate(fen=Sum("amount_fen"))["fen"] or 0)

    def await_state(self, order: str, state: str, *, patience_s: float = PATIENCE_S) -> None:
        self.until(lambda: row_of(order).state == state, f"not {state}", patience_s=patience_s)

    def until(
        self, question: Callable[[], object], why: str, *, patience_s: float = PATIENCE_S
    ) -> None:
        until(question, why, patience_s=patience_s)

    def await_news(self) -> None:
        await_news()

    def ask_for_deposits(self, fen: int) -> None:
        """What is lent with every ticket costs so much of a deposit a person; 0: nothing is lent."""
        Product.objects.filter(is_on_sale=True).update(deposit_fen=fen)
        time.sleep(MEMORY_S)

    def settle_deposit(self, desk: Browser, deposit: Deposit, keep_fen: int) -> None:
        """The platform's desk looks at what came back, keeps a part with a reason, and says so."""
        url = f"{self.url}/zh-hans/ops/bookings_deposits/deposit/{deposit.pk}/settle/"
        page = desk.get(url, "deposit")
        form = page.form("keep")
        if form is None:
            raise Stuck("the deposit cannot be settled")
        words = {"keep": f"{keep_fen // 100}.{keep_fen % 100:02d}", "reason": "导览机损坏"}
        desk.send(page, form, "settle deposit", **(words if keep_fen else {}))

        def is_settled() -> bool:
            deposit.refresh_from_db()
            return deposit.state == DepositState.SETTLED

        self.until(is_settled, "the deposit was not settled")

    def money_delta(self) -> dict[str, int]:
        """What each service holds for us by its own book, less what our ledger says: fen."""
        ours = accounts()
        return {name: self._held_fen(name) - ours.get(f"provider:{name}", 0) for name in OUTSIDE}

    def _held_fen(self, name: str) -> int:
        with contextlib.closing(sqlite3.connect(self.books / f"{name}.sqlite3")) as book:
            [paid] = book.execute("SELECT coalesce(sum(captured), 0) FROM payment").fetchone()
            [back] = book.execute("SELECT coalesce(sum(amount), 0) FROM refund").fetchone()
        return int(paid) - int(back)

    def fault(self, provider: str, **faults: Any) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own stand-ins
            f"{self.fakes}/control",
            json.dumps({provider: faults}).encode(),
            {"Authorization": f"Bearer {self.control}"},
        )
        urllib.request.urlopen(request, timeout=5)  # noqa: S310

    def sign_in(self, role: str, room: str) -> Browser:
        """Somebody of the demonstration at work: the operator sells at the counter and has a tab."""
        return at_work(self.url, self.timings, role, room)

    @staticmethod
    def ticket(order: str) -> Line:
        return Line.objects.select_related("order__region").get(
            order=row_of(order), kind="ticket", state="CONFIRMED"
        )

    def make_dearer(self, line: Line) -> None:
        """The next day costs DEARER_FEN more a person: a rule of the operator's price list."""
        slot = Slot.objects.get(pk=line.ref)
        day = self.date + timedelta(days=1)
        _rule, is_new = PriceRule.objects.get_or_create(
            product=slot.product, first_date=day, last_date=day,
            defaults={"price_fen": line.frozen_parts[0].price_fen + DEARER_FEN},
        )  # fmt: skip
        if is_new:
            time.sleep(MEMORY_S)

    def change(self, buyers: Buyers, order: str, line: Line, day: date) -> tuple[Page, int]:
        url = f"{order}change/{line.pk}/?day={day}"
        refs = [ref for ref in buyers.browser.get(url, "change").values("ref") if ref != line.ref]
        if not refs:
            raise Stuck("nothing to change to")
        page = buyers.browser.get(f"{url}&ref={refs[-1]}", "change")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("no change was offered")
        everybody = list(dict.fromkeys(page.values("part")))
        after = buyers.browser.send(page, form, "change", part=everybody)
        return after, int(form.fields["shown_fen"])

    def cancel_one(self, buyers: Buyers, order: str) -> int:
        """One person's part, for what was shown."""
        parts = buyers.browser.get(order + "cancel/", "cancel").values("part")[:1]
        page = buyers.browser.get(f"{order}cancel/?part={parts[0]}", "cancel")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("cannot cancel")
        buyers._post_parts(page, dict(form.fields), parts)
        self.until(
            lambda: Refund.objects.filter(order=row_of(order)).exists(), "no refund was made"
        )
        return int(form.fields["shown_fen"])


def until(question: Callable[[], object], why: str, *, patience_s: float = PATIENCE_S) -> None:
    """Ask again and again. :raises Stuck: the answer was no for so long."""
    deadline = time.monotonic() + patience_s
    while not question():
        if time.monotonic() > deadline:
            raise Stuck(why)
        time.sleep(0.3)


def await_news() -> None:
    """Until every fact has reached those who hear of it."""
    waiting = Event.objects.filter(done_at=None, parked_at=None)
    until(lambda: not waiting.exists(), "news are still on their way")


def expect(found: object, wanted: object, what: str) -> None:
    """A chapter that ends otherwise has failed."""
    if found != wanted:
        raise Stuck(f"{what}: {found}, not {wanted}")


def row_of(url: str) -> Order:
    """The order of an address."""
    return Order.objects.get(token=url.rstrip("/").rsplit("/", 1)[-1])


def accounts() -> dict[str, int]:
    """What every kind of account stands at; providers one by one."""
    found: dict[str, int] = {}
    rows = Posting.objects.values_list("account").annotate(fen=Sum("amount_fen"))
    for account, fen in rows:
        name = account if account.startswith("provider:") else account.partition(":")[0]
        found[name] = found.get(name, 0) + fen
    return found
