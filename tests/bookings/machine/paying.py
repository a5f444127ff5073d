"""How buyers pay: they open pages, press, pay twice or too late, and tills tell of it or do not."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from bookings.balance import operations as balance
from bookings.payments import operations as payments
from bookings.payments.models import Attempt
from bookings.payments.operations import NotPayable, Payable
from bookings.payments.providers import ProviderDown
from tests.bookings.machine.holdings import OWN
from tests.bookings.machine.market import PICK, Ground, happens, of
from tests.bookings.machine.terms import GIVEN_UP, HELD, LAPSED, Order, Payment
from tests.bookings.machine.world import TAB_LIMIT

BUYER = payments.Buyer("http://x/")
ENOUGH = 6000
"""Fen in a balance: nobody pays in more."""
MOST_SUMS = 3
TILLS, WAYS = ("till", "counter"), ("till", "counter", "balance", "tab")


class Paying(Ground):
    """Rules of paying."""

    @happens(6, minutes=st.sampled_from((1, 8, 16, 16, 130)))
    def time_passes(self, minutes: int) -> None:
        self._pass(timedelta(minutes=minutes))

    @happens(6, lambda self: self._unpaid(), pick=PICK, way=st.sampled_from(WAYS))
    def go_to_pay(self, pick: int, way: str) -> None:
        self._pay(of(self._unpaid(), pick), way)
        self._settle()

    @happens(
        9,
        lambda self: self._pages(),
        pick=PICK,
        pays=st.sampled_from(("all", "all", "all", "short", "no")),
        tells=st.integers(0, 2),
        asks=st.booleans(),
    )
    def press(self, pick: int, pays: str, tells: int, asks: bool) -> None:
        """At the till; it tells once, twice or not at all, and we ask or do not."""
        payment = of(self._pages(), pick)
        is_short = pays == "short" and payment.purpose in ("ORDER", "REST") and payment.fen > 1
        self._press(payment, payment.fen // 2 if is_short else payment.fen * (pays != "no"))
        for _notice in range(tells):
            self._tell(payment)
        if asks:
            payments.ask(attempt=Attempt.objects.get(token=payment.token), at=self.at)
            self.house.told(payment)
        self._settle()

    @happens(4, lambda self: self._unpaid(), pick=PICK)
    def pay_twice(self, pick: int) -> None:
        """At both tills, before either has told us."""
        order = of(self._unpaid(), pick)
        pages = [page for way in TILLS if (page := self._pay(order, way)) is not None]
        for page in pages:
            if page.state == "PENDING":
                self._press(page, page.fen)
        for page in pages:
            self._tell(page)
        self._settle()

    @happens(2, lambda self: self._unpaid(), pick=PICK, way=st.sampled_from(TILLS))
    def pay_too_little(self, pick: int, way: str) -> None:
        """The bank lets through half of what was asked for."""
        page = self._pay(of(self._unpaid(), pick), way)
        if page is not None and page.state == "PENDING" and page.purpose == "ORDER":
            self._press(page, page.fen // 2)
            self._tell(page)
        self._settle()

    @happens(4, lambda self: self._late(), pick=PICK)
    def pay_late(self, pick: int) -> None:
        """On a page that could not be closed, of an order that is over."""
        self._pay_now(of(self._late(), pick))

    @happens(5, lambda self: [p for p in self.house.payments if p.provider in TILLS], pick=PICK)
    def hear_again(self, pick: int) -> None:
        """News of any payment, however old."""
        known = [p for p in self.house.payments if p.provider in TILLS]
        payment = of(known, pick)
        self.house.seen["heard again" if payment.is_known else "heard late"] += 1
        self._tell(payment)
        self._settle()

    @happens(
        3, lambda self: self.house.purses["balance"] < ENOUGH,
        fen=st.integers(2000, 9000), way=st.sampled_from(TILLS),
    )  # fmt: skip
    def top_up(self, fen: int, way: str) -> None:
        asked = balance.ask_top_up(actor=self.world.actor, pay_fen=fen, bonus_fen=0, at=self.at)
        payable = balance.payable_of(asked, language="en", at=self.at)
        self._pay_now(self._start(payable, Payment("TOP_UP", fen, way, "")))

    # --- how ---

    def _pages(self) -> list[Payment]:
        """What can be pressed at a till, closed at ours or not."""
        return [p for p in self.house.payments if p.state == "PENDING"]

    def _late(self) -> list[Payment]:
        over = self._orders(LAPSED, GIVEN_UP)
        return [p for p in self._pages() if p.order in over]

    def _unpaid(self) -> list[Order]:
        return [order for order in self._orders(HELD) if order.is_payable(self.at)]

    def _affords(self, way: str, fen: int) -> bool:
        purses = self.house.purses
        left = {"balance": purses["balance"], "tab": TAB_LIMIT - purses["tab"]}
        return left.get(way, fen) >= fen

    def _pay_all(self, order: Order | None, way: str) -> None:
        """The sum, then the deposit; an empty purse is followed by the till."""
        for _sum in range(MOST_SUMS):
            if order is None or not order.is_payable(self.at):
                return
            payment = self._pay(order, way)
            if payment is None:
                way = "till"
            else:
                self._pay_now(payment)

    def _pay_now(self, payment: Payment | None) -> None:
        if payment is not None and payment.state == "PENDING":
            self._press(payment, payment.fen)
        if payment is not None and payment.provider in TILLS:
            self._tell(payment)
        self._settle()

    def _press(self, payment: Payment, fen: int) -> None:
        self.tills[payment.provider].press(payment.token, fen)
        done = "AUTHORISED" if payment.sets_aside else "SUCCEEDED"
        payment.state = done if fen else "FAILED"
        payment.captured = 0 if payment.sets_aside else fen

    def _pay(self, order: Order, way: str) -> Payment | None:
        """Go to pay what is asked for next; None where that is not to be had."""
        is_sum = order.unpaid > 0
        fen = order.unpaid if is_sum else order.unsecured
        wanted = Payment("ORDER" if is_sum else "DEPOSIT", fen, way, "", order)
        wanted.sets_aside = not is_sum and way == "till"
        may = order.is_payable(self.at) and self._affords(way, fen)
        try:
            payable = payments.next_of(self._row(order), at=self.at)
            payment = self._start(payable, wanted)
        except NotPayable:
            assert not may, "it was to be had"
            return None
        assert may, "not from an empty purse"
        return payment

    def _start(self, payable: Payable, wanted: Payment) -> Payment | None:
        """The page that is open already, or a new one; an open one that asks for another sum, or whose
        time is over, is closed first. None: that one cannot be closed, or has just been paid.
        """
        wanted.closes_at = payable.closes_at
        there = self._there(wanted)
        is_same = there is not None and there.fen == wanted.fen and there.closes_at > self.at
        try:
            attempt = payments.pay(
                payable=payable, provider=wanted.provider, at=self.at, buyer=BUYER
            )
        except (NotPayable, ProviderDown):
            if there is None or is_same:
                raise
            self._is_not_closed(there)
            return None
        if there is not None and is_same:
            assert attempt.token == there.token, "a second page for the same"
            return there
        if there is not None:
            there.state = there.known = "FAILED"
            self.house.seen["closed for another page"] += 1
        wanted.token = attempt.token
        assert attempt.amount_fen == wanted.fen, "another sum than was shown"
        self.house.payments.append(wanted)
        if wanted.order is not None:
            wanted.order.payments.append(wanted)
        self._started(wanted)
        return wanted

    def _there(self, wanted: Payment) -> Payment | None:
        if wanted.order is None:
            return None
        same = (wanted.purpose, wanted.order, wanted.about, wanted.provider)
        found = (p for p in self.house.payments if p.known == "PENDING")
        return next((p for p in found if (p.purpose, p.order, p.about, p.provider) == same), None)

    def _is_not_closed(self, there: Payment) -> None:
        assert there.stays_open or there.state == "SUCCEEDED", "it could have been closed"
        if there.state == "SUCCEEDED":
            self.house.told(there)
        self._settle()

    def _started(self, payment: Payment) -> None:
        if payment.provider in OWN:
            purses = self.house.purses
            purses[payment.provider] += payment.fen * (1 if payment.provider == "tab" else -1)
            payment.state, payment.captured = "SUCCEEDED", payment.fen
            self.house.told(payment)
            return
        paid = self.tills[payment.provider].book[payment.token]
        assert paid.charge.amount_fen == payment.fen
        payment.stays_open = paid.stays_open
