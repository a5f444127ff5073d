"""What the platform should do with orders and money, told in plain sums: it asks the product nothing.

``news`` waits in a queue, first come first served, as it does in the product: whose late money is heard
of first gets the last place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from tests.bookings.machine.standing import Standing
from tests.bookings.machine.terms import (
    CANCELLED,
    GIVEN_UP,
    HELD,
    LAPSED,
    OPEN,
    PAID,
    Line,
    Order,
    Part,
    Payment,
    Share,
)

FRIENDS_HAVE, GRACE = timedelta(hours=2), timedelta(minutes=15)


class House(Standing):
    """The whole of it: orders come and go, money comes."""

    # --- orders come and go ---

    def place(self, order: Order) -> None:
        self.orders.append(order)
        for line in order.lines:
            self.hold(line, line.parts, 1)
        if not order.unpaid and not order.unsecured:
            self.news.append(partial(self._advance, order))

    def lapse(self) -> None:
        """Friends who paid may go without the others; then what was not paid in time is over."""
        for order in self.orders:
            if order.division and order.division.is_kept:
                self._keep_friends(order, order.division.closes_at)
        for order in self.orders:
            if order.state == HELD and order.due_at <= self.now:
                self._over(order, LAPSED)
                self.seen["lapsed, paid in part" if order.received else "lapsed"] += 1
                self._return_all(order)

    def give_up(self, order: Order) -> None:
        self._over(order, GIVEN_UP)
        self.seen["given up"] += 1
        self._return_all(order)

    def _over(self, order: Order, state: str) -> None:
        order.state = state
        for line in order.lines:
            self.hold(line, line.parts, -1)
            line.state = LAPSED if state == LAPSED else CANCELLED
        self.news.append(partial(self._close, order))

    def _return_all(self, order: Order) -> None:
        if order.received or order.secured:
            for payment in order.payments:
                if payment.known == "SUCCEEDED":
                    self.give_whole(payment)
        order.received = order.secured = 0

    def _keep_friends(self, order: Order, closes_at: datetime) -> None:
        if order.state != HELD or not order.received:
            return
        if not closes_at <= self.now < closes_at + GRACE:
            return
        assert order.division is not None
        for share in order.division.shares:
            if share.state == OPEN:
                share.state = "LEFT_OUT"
                self._leave_out(order, share.parts)
        self.seen["friends who paid go without the others"] += 1
        self._advance(order)

    def _leave_out(self, order: Order, parts: Sequence[Part]) -> None:
        for line in order.lines:
            gone = [part for part in line.parts if part in parts]
            self.hold(line, gone, -1)
            line.parts = [part for part in line.parts if part not in gone]
        order.lines = [line for line in order.lines if line.parts]
        order.due_now = sum(part.now for line in order.lines for part in line.parts)

    # --- money comes ---

    def told(self, payment: Payment) -> None:
        """The site hears how a payment stands."""
        if payment.is_known:
            return
        payment.known = payment.state
        if payment.state == "AUTHORISED":
            self.news.append(partial(self._secure, payment))
        elif payment.state == "SUCCEEDED":
            ways = {
                "DEPOSIT": self._secure, "REST": self._pay_rest, "SHARE": self._pay_share,
                "TOP_UP": self._top_up,
            }  # fmt: skip
            self.news.append(partial(ways.get(payment.purpose, self._receive), payment))

    def _receive(self, payment: Payment) -> None:
        if not self._counts(payment):
            self.give_whole(payment)

    def _counts(self, payment: Payment) -> bool:
        order = _order(payment)
        if order.state == PAID or order.unpaid == 0:
            self.seen["paid twice, returned"] += 1
            return False
        is_short = payment.captured < order.unpaid and payment.purpose != "SHARE"
        if payment.captured > order.unpaid or is_short:
            self.seen["another sum, returned"] += 1
            return False
        order.received += payment.captured
        if not self._advance(order):
            order.received -= payment.captured
            self.seen["too late, returned"] += 1
            return False
        self.seen[f"paid by {payment.provider}"] += 1
        return True

    def _secure(self, payment: Payment) -> None:
        order = _order(payment)
        fen = payment.captured or payment.fen
        is_wanted = order.state != PAID and fen <= order.unsecured
        order.secured += fen if is_wanted else 0
        if is_wanted and self._advance(order):
            self.seen["deposit charged" if payment.captured else "deposit set aside"] += 1
            return
        order.secured -= fen if is_wanted else 0
        if payment.captured:
            self.give_whole(payment)
        else:
            payment.state = payment.known = "FAILED"

    def _pay_share(self, payment: Payment) -> None:
        order, share = _order(payment), payment.about
        assert isinstance(share, Share)
        assert order.division is not None
        if share.state != OPEN:
            self.seen["paid twice, returned"] += 1
            self.give_whole(payment)
            return
        share.state = PAID
        if not self._counts(payment):
            share.state = OPEN
            self.give_whole(payment)
            return
        self.seen["share paid"] += 1
        if [each.state for each in order.division.shares].count(PAID) == 1:
            until = min(self.now + FRIENDS_HAVE, order.starts_at)
            order.division.closes_at = max(until, order.division.closes_at)
            grace = GRACE if order.division.is_kept else timedelta(0)
            order.due_at = order.division.closes_at + grace

    def _pay_rest(self, payment: Payment) -> None:
        line = payment.about
        assert isinstance(line, Line)
        if line.rest == OPEN and line.rest_fen == payment.captured:
            line.rest = PAID
            self.seen["rest paid"] += 1
        else:
            self.seen["rest paid twice, returned"] += 1
            self.give_whole(payment)

    def _top_up(self, payment: Payment) -> None:
        self.purses["balance"] += payment.captured
        self.seen["balance topped up"] += 1


def _order(payment: Payment) -> Order:
    assert payment.order is not None
    return payment.order
