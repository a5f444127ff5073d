"""What happens once an order stands: cancelled, changed, refused, measured, decided by people."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from bookings.deposits import operations as deposits
from bookings.deposits.models import Deposit as DepositRow
from bookings.dues import operations as dues
from bookings.orders import operations as orders
from bookings.orders.models import Line as LineRow
from bookings.orders.models import Order as OrderRow
from bookings.refunds import operations as refunds
from kernel.errors import Refusal
from tests.bookings.machine.buying import TILLS, Buying
from tests.bookings.machine.market import PICK, happens, of
from tests.bookings.machine.terms import (
    CONFIRMED,
    OPEN,
    PAID,
    UNKNOWN,
    USED,
    WAITING,
    Change,
    Line,
    Order,
    Part,
    Payment,
    Thing,
)

LIMIT = 700
"""Fen that one member of staff may return alone."""
HOW_MUCH = ("a part", "a line", "an order")
CHANGEABLE = ("ticket", "shuttle", "shy")


class Changing(Buying):
    """Rules of cancelling, changing, deposits, meters and suppliers."""

    # --- cancel ---

    @happens(
        7, lambda self: self._lines(CONFIRMED, WAITING), pick=PICK, much=st.sampled_from(HOW_MUCH)
    )
    def cancel(self, pick: int, much: str) -> None:
        """By the terms, for what they say at this moment."""
        order, line = of(self._lines(CONFIRMED, WAITING), pick)
        lines = [each for each in order.lines if each.state in (CONFIRMED, WAITING)]
        rows = [(each, part) for each in lines for part in each.open_parts]
        if much != "an order":
            rows = [(each, part) for each, part in rows if each is line]
        rows = rows[:1] if much == "a part" else rows
        self._cancel(order, with_bags_alone(rows))
        self._settle()

    @happens(
        5, lambda self: self._lines(CONFIRMED, WAITING), pick=PICK, share=st.integers(0, 4),
        approves=st.booleans(),
    )  # fmt: skip
    def cancel_by_hand(self, pick: int, share: int, approves: bool) -> None:
        """Staff return what they think is right; beyond the limit of an order a second person decides."""
        order, line = of(self._lines(CONFIRMED, WAITING), pick)
        first, last = line.open_parts[0], line.open_parts[-1]
        part = first if line.with_bags_alone([first]) == [first] else last
        fen = line.received(part) * share // 4
        asked = refunds.by_staff(
            order=self._row(order), parts={line.pk: [part.key]}, refund_fen=fen,
            shown_fen=line.comes_back(part, self.at), words="w", actor="user:staff", at=self.at,
        )  # fmt: skip
        assert (asked is None) == (order.by_hand + fen <= LIMIT)
        if asked is not None and not approves:
            refunds.refuse(request_id=asked.pk, answer="no", actor="user:second", at=self.at)
            self.house.seen["by hand, refused by the second person"] += 1
        else:
            if asked is not None:
                refunds.approve(request_id=asked.pk, actor="user:second", at=self.at)
            self.house.seen["by hand, approved" if asked else "by hand"] += 1
            order.by_hand += fen
            self.house.cancel(order, [(line, part, fen)])
        self._settle()

    def _cancel(self, order: Order, rows: Sequence[tuple[Line, Part]]) -> None:
        back = [(line, part, line.comes_back(part, self.at)) for line, part in rows]
        fen = sum(each[2] for each in back)
        refunds.cancel(
            order=self._row(order), parts=by_line(rows), shown_fen=fen, actor=self.world.actor,
            reason="BUYER", at=self.at,
        )  # fmt: skip
        whole = sum(line.received(part) for line, part in rows)
        how = "whole" if fen == whole else "in part" if fen else "for nothing"
        self.house.seen[f"cancelled, returned {how}"] += 1
        self.house.cancel(order, back)

    # --- change ---

    @happens(
        11, lambda self: self._changeable(), pick=PICK, all_of_it=st.booleans(),
        then=st.sampled_from(("pay", "pay", "wait", "cancel")),
    )  # fmt: skip
    def change(self, pick: int, all_of_it: bool, then: str) -> None:
        """To something dearer, cheaper or the same; it is held until what is owed is paid.

        Who cancels what it was to take the place of has paid in vain.
        """
        order, line, thing = of(self._changeable(), pick)
        parts = line.open_parts if all_of_it else line.open_parts[:1]
        parts = line.with_bags_alone(parts)
        made = self._change(order, Change(line, parts, thing))
        if then == "cancel" and made is not None and made.unpaid:
            self._cancel(order, with_bags_alone([(line, parts[0])]))
        self._settle()
        if then != "wait":
            self._pay_all(made, "till")

    def _changeable(self) -> list[tuple[Order, Line, Thing]]:
        return [
            (order, line, thing)
            for order, line in self._lines(CONFIRMED)
            if line.thing.kind in CHANGEABLE and line.thing.starts_at > self.at
            if line.permille(self.at)
            for thing in self.world.of_kind(line.thing.kind)
            if thing.starts_at > self.at and thing is not line.thing
        ]

    def _change(self, order: Order, change: Change) -> Order | None:
        """Of what is cheaper the difference comes back as cancelling would give it now."""
        line, thing = change.line, change.thing
        becomes = Line(0, thing, change.becomes, cap=line.permille(self.at), is_changed=True)
        change.back = max(0, change.old_fen - change.new_fen) * becomes.cap // 1000
        is_used_up = line.is_changed and thing.kind == "shuttle"
        may = not is_used_up and self.house.fits([becomes], instead_of=line)
        try:
            placed = self._ask_to_change(change)
        except Refusal:
            assert not may, "there was room"
            self.house.seen["no room for a change, refused"] += 1
            return None
        assert may, "there was no room"
        made = Order(placed.pk, [becomes], change.new_fen, self._due_at([becomes]))
        made.credit, made.root = min(change.old_fen, change.new_fen), order.first
        made.change = change
        self._know(made)
        return made

    def _ask_to_change(self, change: Change) -> OrderRow:
        row = LineRow.objects.select_related("order").get(pk=change.line.pk)
        keys = [part.key for part in change.parts]
        return orders.change(
            line=row,
            quote=orders.quote_change(line=row, ref=change.thing.ref, part_keys=keys, at=self.at),
            shown_fen=max(0, change.new_fen - change.old_fen) - change.back,
            actor=self.world.actor,
            request_key=f"key-{next(self.numbers)}",
            at=self.at,
        )

    # --- sums due later, deposits ---

    @happens(5, lambda self: self._due(UNKNOWN), pick=PICK, fen=st.integers(1, 3000))
    def meter(self, pick: int, fen: int) -> None:
        _order, line = of(self._due(UNKNOWN), pick)
        dues.meter(line_id=line.pk, amount_fen=fen, at=self.at)
        spread(fen, line.open_parts)
        line.rest = OPEN if fen else line.rest
        self.house.seen["metered"] += 1
        self._settle()

    @happens(
        6,
        lambda self: self._due(OPEN),
        pick=PICK,
        way=st.sampled_from((*TILLS, "balance", "tab")),
        now=st.booleans(),
    )
    def pay_the_rest(self, pick: int, way: str, now: bool) -> None:
        """The earliest sum that an order owes: what is due on the day, then what was metered."""
        order, _line = of(self._due(OPEN), pick)
        owed = [line for each, line in self._due(OPEN) if each is order]
        line = min(owed, key=lambda each: (each.thing.kind == "later", each.pk))
        payable = dues.next_of(self._row(order), at=self.at)
        assert payable is not None
        if not self._affords(way, line.rest_fen):
            way = "till"
        payment = self._start(payable, Payment("REST", line.rest_fen, way, "", order, line))
        if now:
            self._pay_now(payment)
        else:
            self._settle()

    def _due(self, state: str) -> list[tuple[Order, Line]]:
        pairs = ((order, line) for order in self._orders(PAID) for line in order.lines)
        return [(order, line) for order, line in pairs if line.rest == state]

    @happens(4, lambda self: self._held(), pick=PICK, share=st.integers(0, 3))
    def settle_a_deposit(self, pick: int, share: int) -> None:
        """A person keeps nothing, a part or all of it."""
        order = of(self._held(), pick)
        keep = order.set_aside * share // 3
        row = DepositRow.objects.get(order_id=order.pk)
        deposits.settle(deposit_id=row.pk, keep_fen=keep, reason="r", actor="user:desk", at=self.at)
        how = "whole" if keep == order.set_aside else "in part" if keep else "not"
        self.house.seen[f"deposit kept {how}"] += 1
        self.house.settle_deposit(order, keep)
        self._settle()

    @happens(9, lambda self: self._secures_nothing())
    def deposits_come_back(self) -> None:
        """Of orders of which nothing is left."""
        deposits.return_due(at=self.at)
        for order in self._secures_nothing():
            self.house.settle_deposit(order, 0)
            self.house.seen["deposit returned by itself"] += 1
        self._settle()

    def _held(self) -> list[Order]:
        return [order for order in self.house.orders if order.deposit]

    def _secures_nothing(self) -> list[Order]:
        live = (PAID, WAITING, CONFIRMED, USED)
        return [o for o in self._held() if not any(line.state in live for line in o.lines)]

    # --- the supplier ---

    @happens(
        4, lambda self: self._lines(WAITING) or self.house.answer is not None,
        answer=st.booleans(), stays=st.sampled_from((False, False, True)),
    )  # fmt: skip
    def supplier_answers(self, answer: bool, stays: bool) -> None:
        """What waits is asked about again; what comes later is answered at once, or waits again."""
        self.world.shy.answer = self.house.answer = answer
        self._ask_suppliers()
        self.world.shy.answer = self.house.answer = answer if stays else None


def with_bags_alone(rows: Sequence[tuple[Line, Part]]) -> list[tuple[Line, Part]]:
    """The same, and the bags that nobody would be with any more: as the page cancels them."""
    lines = list(dict.fromkeys(line for line, _part in rows))
    return [
        (line, part)
        for line in lines
        for part in line.with_bags_alone([each for of, each in rows if of is line])
    ]


def by_line(rows: Sequence[tuple[Line, Part]]) -> dict[int, list[str]]:
    """The keys of parts by their lines, as cancelling asks for them."""
    return {line.pk: [part.key for each, part in rows if each is line] for line, _part in rows}


def spread(fen: int, parts: list[Part]) -> None:
    """What use has cost, over who was there."""
    for number, part in enumerate(parts):
        part.rest = fen // len(parts) + (number < fen % len(parts))
