"""A day at the counter: one journey for each way to pay, and what each of them has moved, in fen.

Everything goes over HTTP, through pages and forms, against a site with stand-ins of the outside
services. The books are read beside it, after each chapter; what a chapter does not end as it must,
it says, and the day has failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from accounts.identity.models import User
from accounts.organisations import demonstration
from bookings.balance.models import Offer
from bookings.deposits.models import Deposit
from bookings.inventory.models import Bucket
from bookings.inventory.operations import reshape
from bookings.orders.models import Order
from bookings.tabs.models import Member, Tab
from config.demo.browser import Browser, Page
from config.demo.steps import DEARER_FEN, Chapter, Steps, accounts, expect, row_of
from config.demo.visitors import Stuck
from kernel import clock
from tourism.tickets.models import Slot

LIMIT_FEN = 500_000
DEPOSIT_FEN = 5_000
"""A person, for what is lent with a ticket."""
SILENT = timedelta(minutes=30)


class Counter(Steps):
    """The whole day, chapter by chapter."""

    def run(self, tell: Callable[[str], None]) -> None:
        """One chapter after the other."""
        self.staff = self.sign_in("operator", "counter")
        chapters: tuple[tuple[str, Callable[[], str]], ...] = (
            ("sandbox: a cart of both kinds", lambda: self._paid("sandbox")),
            ("Stripe: paid, changed to a dearer day and back", self._changed),
            ("Alipay: paid, partly refunded", self._partly_refunded),
            ("WeChat Pay: paid", lambda: self._paid("wechat")),
            ("two friends: Stripe and Alipay", self._divided),
            ("stored balance: topped up, spent", self._by_balance),
            ("monthly bill: used now", self._by_tab),
            ("cash: taken, paid out, counted", self._by_cash),
            (
                "Stripe: a deposit set aside, a part of it kept",
                lambda: self._deposit("stripe", 2_000),
            ),
            ("Alipay: a deposit charged, all of it returned", lambda: self._deposit("alipay", 0)),
            ("WeChat Pay: paid when the hold was over and the time sold", self._late),
            ("Stripe silent for half an hour", self._silent),
        )
        for title, play in chapters:
            before = accounts()
            try:
                outcome = play()
            except Stuck as stuck:
                outcome = f"STUCK: {stuck}"
            self.await_news()
            after = accounts()
            moved = {name: after[name] - before.get(name, 0) for name in after}
            self.chapters.append(
                Chapter(title, outcome, {name: fen for name, fen in moved.items() if fen})
            )
            tell(f"  {title}: {outcome}")

    def _paid(self, provider: str) -> str:
        buyers, pay = self.buyers()
        return self._confirmed(self.pay(buyers.browser, pay, provider))

    def _confirmed(self, order: str) -> str:
        found = self.state(order)
        expect(found, "confirmed", "the order")
        return found

    def _changed(self) -> str:
        buyers, pay = self.buyers()
        order = self.pay(buyers.browser, pay, "stripe")
        self.await_state(order, "CONFIRMED")
        differences = []
        for days in (1, 0):
            line = self.ticket(order)
            self.make_dearer(line)
            after, difference = self.change(buyers, order, line, self.date + timedelta(days=days))
            differences.append(difference)
            order = after.url.removesuffix("pay/")
            if "/pay/" in after.url:
                self.pay(buyers.browser, after, "stripe")
            self._confirmed(order)
        expect(differences, [2 * DEARER_FEN, -2 * DEARER_FEN], "differences for two in fen")
        return f"differences {differences} fen, {self._confirmed(order)}"

    def _partly_refunded(self) -> str:
        buyers, pay = self.buyers()
        order = self.pay(buyers.browser, pay, "alipay")
        self.await_state(order, "CONFIRMED")
        back = self.cancel_one(buyers, order)
        self.until(lambda: self.returned_fen(order) == back, "the money did not go back")
        return f"{back} fen back of {row_of(order).total_fen}"

    def _divided(self) -> str:
        buyers, pay = self.buyers()
        order = pay.url.removesuffix("pay/")
        page = buyers.browser.get(order + "shares/", "shares")
        form = next((f for f in page.forms if "rule" in f.fields), None)
        if form is None:
            raise Stuck("cannot be divided")
        named = [name for name in form.fields if name not in ("csrfmiddlewaretoken", "rule")]
        names = {name: "甲" if place % 2 else "乙" for place, name in enumerate(named)}
        buyers.browser.send(page, form, "shares", **names)
        shares = list(row_of(order).division.shares.order_by("position"))
        for share, provider in zip(shares, ("stripe", "alipay"), strict=True):
            friend = Browser(self.timings)
            page = friend.get(f"{self.url}/zh-hans/s/{share.token}/", "share")
            self.pay(friend, page, provider)
        return self._confirmed(order)

    def _by_balance(self) -> str:
        Offer.objects.get_or_create(
            pay_fen=200_000, defaults={"name_zh": "秋日", "name_en": "Autumn", "bonus_fen": 20_000}
        )
        page = self.staff.get(f"{self.url}/zh-hans/balance/", "balance")
        form = page.form("bonus_fen")
        if form is None:
            raise Stuck("no offer")
        page = self.staff.send(page, form, "top up")
        self.pay(self.staff, page, "stripe")
        self.until(lambda: accounts().get("bonus"), "the bonus did not come")
        buyers, pay = self.buyers(self.staff)
        return self._confirmed(self.pay(buyers.browser, pay, "balance"))

    def _by_tab(self) -> str:
        row = Order.objects.earliest("pk")
        tab, _new = Tab.objects.get_or_create(
            name="徽州旅行社", defaults={"region": row.region, "limit_fen": LIMIT_FEN}
        )
        login = next(one for one in demonstration.logins() if one.role == "operator")
        Member.objects.get_or_create(user=User.objects.get(login_name=login.name), tab=tab)
        buyers, pay = self.buyers(self.staff)
        return self._confirmed(self.pay(buyers.browser, pay, "tab"))

    def _by_cash(self) -> str:
        counter = f"{self.url}/zh-hans/counter/"
        page = self.staff.get(counter, "counter")
        form = page.form("float")
        if form is None:
            raise Stuck("no shift can be opened")
        page = self.staff.send(page, form, "open shift", float="500")
        buyers, pay = self.buyers()
        order = pay.url.removesuffix("pay/")
        page = self.staff.get(f"{counter}take/?code={row_of(order).code}", "take cash")
        form = page.form("shown_fen")
        if form is None:
            raise Stuck("cash cannot be taken")
        self.staff.send(page, form, "take cash")
        self.await_state(order, "CONFIRMED")
        back = self.cancel_one(buyers, order)
        self.until(lambda: "/payouts/" in self.staff.get(counter, "counter").text, "no payout")
        page = self.staff.get(counter, "counter")
        [payout, *_older] = re.findall(r'href="([^"]*/payouts/[^"]*)"', page.text)
        page = self.staff.get(f"{self.url}{payout}", "pay out")
        form = next(form for form in page.forms if not form.action)
        page = self.staff.send(page, form, "pay out")
        form = page.form("counted")
        if form is None:
            raise Stuck("the shift cannot be closed")
        must = 50_000 + row_of(order).total_fen - back
        self.staff.send(page, form, "close shift", counted=f"{must // 100}.{must % 100:02d}")
        expect(accounts().get("drawer", 0), 0, "fen in the drawer after the count")
        return f"{back} fen paid out, the drawer counted without a difference"

    def _deposit(self, provider: str, keep_fen: int) -> str:
        """Set aside where the service can do that, charged and returned where it cannot."""
        self.ask_for_deposits(DEPOSIT_FEN)
        try:
            buyers, pay = self.buyers()
        finally:
            self.ask_for_deposits(0)
        order = self.pay(buyers.browser, pay, provider)
        self.until(lambda: row_of(order).received_fen, "the sum did not come")
        self.pay(buyers.browser, pay, provider)
        self._confirmed(order)
        held = Deposit.objects.filter(order=row_of(order))
        self.until(held.exists, "no deposit is held")
        deposit = held.get()
        expect(deposit.amount_fen, 2 * DEPOSIT_FEN, "fen of the deposit for two")
        how = deposit.attempt.how
        self.settle_deposit(self.sign_in("platform", "ops"), deposit, keep_fen)
        charged = deposit.amount_fen if how == "CHARGE" else 0
        self.until(lambda: self.returned_fen(order) == charged, "the deposit did not come back")
        return f"{how} {deposit.amount_fen} fen, kept {deposit.kept_fen}"

    def _late(self) -> str:
        buyers, pay = self.buyers()
        page = self.to_service(buyers.browser, pay, "wechat")
        self.fault("wechat", refuse=1000)  # or the page would be closed with the order
        order = pay.url.removesuffix("pay/")
        self.await_state(order, "LAPSED")
        slot = Slot.objects.get(pk=row_of(order).lines.get(kind="ticket").ref)
        reshape(
            bucket_id=slot.bucket_id,
            capacity=Bucket.objects.get(pk=slot.bucket_id).taken,
            at=clock.now(),
        )
        self.press(buyers.browser, page)
        self.fault("wechat")
        found = self.state(order)
        expect(found, "LAPSED, money back", "the order")
        expect(self.returned_fen(order), row_of(order).total_fen, "fen that went back")
        return found

    def _silent(self) -> str:
        buyers, pay = self.buyers()
        self.fault("stripe", down=1)
        silent_until = clock.now() + SILENT
        for _try in range(5):
            self.to_service(buyers.browser, pay, "stripe")
        expect(row_of(pay.url.removesuffix("pay/")).state, "HELD", "the cart meanwhile")
        self.pay(buyers.browser, pay, "alipay")
        self.until(lambda: clock.now() > silent_until, "time stands still", patience_s=120)
        self.fault("stripe")
        others, pay = self.buyers()
        found: list[Page] = []

        def is_back() -> bool:
            found.append(self.to_service(others.browser, pay, "stripe"))
            return self.has_buttons(found[-1])

        self.until(is_back, "it did not come back")
        self.press(others.browser, found[-1])
        again = self._confirmed(pay.url.removesuffix("pay/"))
        return f"places kept, paid by Alipay; afterwards Stripe again: {again}"
