"""Orders that stand: what makes them so, what becomes of them at the suppliers', what is given up."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from tests.bookings.machine.holdings import Holdings
from tests.bookings.machine.terms import (
    CANCELLED,
    CONFIRMED,
    DEPOSIT,
    HELD,
    LAPSED,
    LATER,
    OPEN,
    PAID,
    REFUSED,
    SHY,
    UNKNOWN,
    USED,
    WAITING,
    WAIVED,
    Change,
    Line,
    Order,
    Part,
    Payment,
)


class Standing(Holdings):
    """All orders, the news of them that waits, and how often each thing has happened."""

    def __init__(self, capacity: Mapping[int, int], now: datetime, seen: Counter[str]) -> None:
        super().__init__(capacity)
        self.now, self.seen = now, seen
        self.orders: list[Order] = []
        self.answer: bool | None = None
        self.news: deque[Callable[[], None]] = deque()

    def run(self) -> None:
        while self.news:
            self.news.popleft()()

    def told(self, payment: Payment) -> None:
        """The site hears how a payment stands."""
        raise NotImplementedError

    def _advance(self, order: Order) -> bool:
        """Whether what has come in may stay; the last of it makes the order paid."""
        if order.unpaid or order.unsecured:
            return order.state == HELD
        was_late = order.state == LAPSED
        if order.state not in (HELD, LAPSED) or (was_late and not self._is_free(order)):
            return False
        if order.change is not None and not order.change.is_possible:
            self.seen["changed in vain, returned"] += 1
            return False
        if was_late:
            for line in order.lines:
                self.hold(line, line.parts, 1)
            self.seen["too late, but there was room"] += 1
        order.state, order.paid_at = PAID, self.now
        for line in order.lines:
            line.state = PAID
        if order.change is not None:
            self._take_the_place(order, order.change)
        self.news.append(partial(self._stands, order))
        return True

    def _is_free(self, order: Order) -> bool:
        return order.starts_at > self.now and self.fits(order.lines)

    def _take_the_place(self, order: Order, change: Change) -> None:
        self._cancel(change.line, change.parts)
        old = next(each for each in self.orders if change.line in each.lines)
        self.news.append(lambda: self.send_back(old, [(None, change.back)]))
        more = change.new_fen - change.old_fen
        way = "dearer" if more > 0 else "cheaper" if more < 0 else "the same"
        self.seen[f"changed to what is {way}"] += 1
        self.seen[f"{change.line.thing.kind} changed"] += 1

    def _stands(self, order: Order) -> None:
        held = [p for p in order.payments if p.purpose == "DEPOSIT" and not p.is_whole_back]
        if order.set_aside:
            order.deposit = next(p for p in held if p.known in ("AUTHORISED", "SUCCEEDED"))
        for line in order.lines:
            if line.state not in (REFUSED, CANCELLED):
                line.rest = self._rest_of(line)
        self.deliver(order)
        self._close(order)

    @staticmethod
    def _rest_of(line: Line) -> str:
        if line.thing.kind == DEPOSIT:
            for part in line.parts:
                part.rest = part.fen - part.now
            return OPEN if line.rest_fen else WAIVED
        return UNKNOWN if line.thing.kind == LATER and line.open_parts else ""

    def deliver(self, order: Order) -> None:
        for line in order.lines:
            if line.state not in (PAID, WAITING):
                continue
            said = self.answer if line.thing.kind == SHY else True
            if said is None and line.state == WAITING and self.now >= order.answer_by(line):
                said = False
                self.seen["refused by silence"] += 1
            line.state = WAITING if said is None else CONFIRMED if said else REFUSED
            if line.thing.kind == SHY and said:
                self.seen["confirmed by the supplier"] += 1
            if line.state == REFUSED:
                self.hold(line, line.open_parts, -1)
                self.news.append(partial(self._refused, order, line))
                self.seen["refused by the supplier"] += 1

    def _refused(self, order: Order, line: Line) -> None:
        self.send_back(order, [(part, line.received(part)) for part in line.open_parts])
        line.rest = WAIVED if line.rest in (OPEN, UNKNOWN) else line.rest
        rows = [(each, part) for each in order.lines for part in each.open_parts]
        rows = [(each, part) for each, part in rows if each.state in (CONFIRMED, WAITING)]
        if order.ends_together and rows:
            self.seen["all ended with one"] += 1
            self.cancel(order, [(each, part, each.received(part)) for each, part in rows])

    def _close(self, order: Order) -> None:
        """Nobody is to pay for it any more: pages are closed, and what was paid meanwhile is heard of."""
        open_states = ("PENDING",) if order.state == PAID else ("PENDING", "AUTHORISED")
        for payment in order.payments:
            if payment.known not in open_states:
                continue
            if payment.state == "PENDING" and payment.stays_open:
                continue
            if payment.state != "SUCCEEDED":
                payment.state = payment.known = "FAILED"
            self.told(payment)

    # --- money goes ---

    def cancel(self, order: Order, rows: Sequence[tuple[Line, Part, int]]) -> None:
        """Give parts up for so much each."""
        for line in {row[0] for row in rows}:
            self._cancel(line, [part for each, part, _fen in rows if each is line])
        self.send_back(order, [(part, fen) for _line, part, fen in rows])

    def _cancel(self, line: Line, parts: Sequence[Part]) -> None:
        self.hold(line, parts, -1)
        for part in parts:
            part.is_open = False
        if not line.open_parts:
            line.state = USED if any(part.is_used for part in line.parts) else CANCELLED
        if (line.rest == OPEN and not line.rest_fen) or (
            line.rest == UNKNOWN and not line.open_parts
        ):
            line.rest = WAIVED
