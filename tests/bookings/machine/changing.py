"""What happens once an order stands: cancelled, changed, refused, measured, decided by people."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.deposits import operations as deposits
from bookings.deposits.models import Deposit as DepositRow
from bookings.dues import operations as dues
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Line as LineRow
from bookings.refunds import operations as refunds
from kernel.errors import Refusal
from tests.bookings.machine.buying import HOLD, TILLS, Buying
from tests.bookings.machine.terms import (
    CONFIRMED,
    OPEN,
    PAID,
    UNKNOWN,
    WAITING,
    Change,
    Line,
    Order,
    Part,
    Payment,
    Thing,
    parts_of,
)

LIMIT = 1500
"""Fen that one member of staff may return alone."""
CHANGEABLE = ("ticket", "shuttle", "shy")


class Changing(Buying):
    """Rules of cancelling, changing, deposits, meters and suppliers."""

    # --- cancel ---

    @precondition(lambda self: self._lines(CONFIRMED, WAITING))
    @rule(data=st.data(), all_of_it=st.booleans())
    def cancel(self, data: st.DataObject, all_of_it: bool) -> None:
        """By the terms, for what they say at this moment."""
        order, line = data.draw(st.sampled_from(self._lines(CONFIRMED, WAITING)))
        parts = line.open_parts if all_of_it else line.open_parts[:1]
        back = [line.comes_back(part, self.at) for part in parts]
        refunds.cancel(
            order=self._row(order), parts={line.pk: [part.key for part in parts]},
            shown_fen=sum(back), actor=self.world.actor, reason="BUYER", at=self.at,
        )  # fmt: skip
        whole = sum(line.received(part) for part in parts)
        how = "whole" if sum(back) == whole else "in part" if sum(back) else "for nothing"
        self.house.seen[f"cancelled, returned {how}"] += 1
        self.house.cancel(order, [(line, p, fen) for p, fen in zip(parts, back, strict=True)])
        self._settle()

    @precondition(lambda self: self._lines(CONFIRMED, WAITING))
    @rule(data=st.data(), share=st.integers(0, 4), approves=st.booleans())
    def cancel_by_hand(self, data: st.DataObject, share: int, approves: bool) -> None:
        """Staff return what they think is right; above the limit a second person says yes or no."""
        order, line = data.draw(st.sampled_from(self._lines(CONFIRMED, WAITING)))
        part = line.open_parts[0]
        fen = line.received(part) * share // 4
        asked = refunds.by_staff(
            order=self._row(order), parts={line.pk: [part.key]}, refund_fen=fen,
            shown_fen=line.comes_back(part, self.at), words="w", actor="user:1", at=self.at,
        )  # fmt: skip
        assert (asked is None) == (fen <= LIMIT)
        if asked is not None and not approves:
            refunds.refuse(request_id=asked.pk, answer="no", actor="user:2", at=self.at)
            self.house.seen["by hand, refused by the second person"] += 1
        else:
            if asked is not None:
                refunds.approve(request_id=asked.pk, actor="user:2", at=self.at)
            self.house.seen["by hand, approved" if asked else "by hand"] += 1
            self.house.cancel(order, [(line, part, fen)])
        self._settle()

    # --- change ---

    @precondition(lambda self: self._changeable())
    @rule(data=st.data(), pays=st.booleans())
    def change(self, data: st.DataObject, pays: bool) -> None:
        """To something dearer, cheaper or the same; it is held until what is owed is paid."""
        order, line, thing = data.draw(st.sampled_from(self._changeable()))
        made = self._change(order, line, thing)
        self._settle()
        if pays:
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

    def _change(self, order: Order, line: Line, thing: Thing) -> Order | None:
        """Of what is cheaper the difference comes back as cancelling would give it now."""
        old, share = line.open_parts, line.permille(self.at)
        new = parts_of(thing, [""] * len(old), [part.person for part in old])
        becomes = Line(0, thing, new, cap=share)
        old_fen, new_fen = sum(part.fen for part in old), thing.fen * len(old)
        back = max(0, old_fen - new_fen) * share // 1000
        may = self.house.fits([becomes])
        row = LineRow.objects.select_related("order").get(pk=line.pk)
        try:
            placed = orders.change(
                line=row, quote=orders.quote_change(line=row, ref=thing.ref, at=self.at),
                shown_fen=max(0, new_fen - old_fen) - back, actor=self.world.actor,
                request_key=f"key-{next(self.numbers)}", at=self.at,
            )  # fmt: skip
        except orders.ChangeMoved:
            raise
        except Refusal:
            assert not may, "there was room"
            return None
        assert may, "there was no room"
        made = Order(placed.pk, [becomes], new_fen, min(self.at + HOLD, thing.starts_at))
        made.credit, made.root = min(old_fen, new_fen), order.first
        made.change = Change(line, old, old_fen, back)
        self._know(made)
        return made

    # --- sums due later, deposits ---

    @precondition(lambda self: self._due(UNKNOWN))
    @rule(data=st.data(), fen=st.integers(1, 3000))
    def meter(self, data: st.DataObject, fen: int) -> None:
        _order, line = data.draw(st.sampled_from(self._due(UNKNOWN)))
        dues.meter(line_id=line.pk, amount_fen=fen, at=self.at)
        spread(fen, line.open_parts)
        line.rest = OPEN if fen else line.rest
        self.house.seen["metered"] += 1
        self._settle()

    @precondition(lambda self: self._due(OPEN))
    @rule(data=st.data(), way=st.sampled_from((*TILLS, "balance", "tab")), now=st.booleans())
    def pay_the_rest(self, data: st.DataObject, way: str, now: bool) -> None:
        """The earliest sum that an order owes: what is due on the day, then what was metered."""
        order, _line = data.draw(st.sampled_from(self._due(OPEN)))
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

    @precondition(lambda self: self._held())
    @rule(data=st.data(), share=st.integers(0, 3))
    def settle_a_deposit(self, data: st.DataObject, share: int) -> None:
        """A person keeps nothing, a part or all of it."""
        order = data.draw(st.sampled_from(self._held()))
        keep = order.set_aside * share // 3
        row = DepositRow.objects.get(order_id=order.pk)
        deposits.settle(deposit_id=row.pk, keep_fen=keep, reason="r", actor="user:1", at=self.at)
        how = "whole" if keep == order.set_aside else "in part" if keep else "not"
        self.house.seen[f"deposit kept {how}"] += 1
        self.house.settle_deposit(order, keep)
        self._settle()

    @precondition(lambda self: self._secures_nothing())
    @rule()
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
        live = (PAID, WAITING, CONFIRMED)
        return [o for o in self._held() if not any(line.state in live for line in o.lines)]

    # --- the supplier ---

    @precondition(lambda self: self._lines(WAITING) or self.house.answer is not None)
    @rule(answer=st.sampled_from((None, True, True, False)))
    def supplier_answers(self, answer: bool | None) -> None:
        """What waits is asked about again; what comes later is answered at once."""
        self.world.shy.answer = self.house.answer = answer
        fulfilment.ask_waiting_suppliers(at=self.at)
        for order in self._orders(PAID):
            self.house.deliver(order)
        self.house.seen["supplier asked again"] += 1
        self._settle()


def spread(fen: int, parts: list[Part]) -> None:
    """What use has cost, over who was there."""
    for number, part in enumerate(parts):
        part.rest = fen // len(parts) + (number < fen % len(parts))
