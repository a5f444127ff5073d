"""The ground of the machine: one example's shops and tills, and what must be true after every step."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Order as OrderRow
from bookings.payments import providers
from bookings.payments.operations.hear import keep
from bookings.shares import operations as shares
from kernel import invariants
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.machine.holdings import OWN
from tests.bookings.machine.house import House
from tests.bookings.machine.savepoints import together
from tests.bookings.machine.terms import PAID, Brief, Line, Order, Payment
from tests.bookings.machine.till import Till
from tests.bookings.machine.world import World

HOURS_AHEAD = (50, 26, 14, 7)
"""How long before the start an example begins: above, between and below the steps of the ladders."""
AFTER_ALL = timedelta(hours=3)
"""So long that nothing waits for its payment any more."""
TIDY_AFTER = 25

PICK = st.integers(0, 2**16)
T = TypeVar("T")

_LINES = "SELECT id, state, cancelled_parts, used_parts FROM bookings_orders_line"
_TAKEN = "SELECT id, taken FROM bookings_inventory_bucket WHERE id = ANY(%s)"
_BOOKS = """
    SELECT account, sum(amount_fen)::bigint FROM bookings_ledger_posting
    WHERE account = ANY(%s) GROUP BY account
"""


def happens(
    weight: int, when: Callable[[Any], object] = lambda _self: True, **given: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Something that can happen ``when`` something is there, so often as ``weight`` says.

    ``given`` are its arguments. Hypothesis's own rules would do, had they weights: an example in which
    it happens to leave the buying out would not do a thing.
    """

    def mark(act: Callable[..., None]) -> Callable[..., None]:
        acts.insert(0, Act(act.__name__, weight, when, st.fixed_dictionaries(given)))
        return act

    return mark


def of(found: Sequence[T], pick: int) -> T:
    """Any one of what is there."""
    return found[pick % len(found)]


@dataclass(frozen=True, repr=False)
class Act(Brief):
    """One kind of step."""

    name: str
    weight: int
    when: Callable[[Any], object]
    given: st.SearchStrategy[dict[str, Any]]

    def __repr__(self) -> str:
        return self.name


acts: list[Act] = []
"""Those declared last come first: Hypothesis likes what comes first, and it must not be shopping."""


class Ground(RuleBasedStateMachine):
    """One region with little room. ``world`` is built once; every example is rolled back."""

    world: ClassVar[World]
    moment: ClassVar[datetime]
    examples: ClassVar[int] = 0
    steps: ClassVar[int] = 0
    idle: ClassVar[int] = 0
    drift: ClassVar[int] = 0
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._tidy_up()
        self.around = ExitStack()
        guard = transaction.atomic()
        guard._from_testcase = True  # type: ignore[attr-defined] # as Django's own tests do
        self.around.enter_context(guard)
        self.around.enter_context(together())
        self.numbers = count(1)
        self.tills = {
            "till": Till("till", authorise=True), "counter": Till("counter", authorise=False)
        }  # fmt: skip
        for till in self.tills.values():
            providers.register(till)
        self.world.open()
        self._begin(HOURS_AHEAD[0])

    @classmethod
    def _tidy_up(cls) -> None:
        """Rows that were rolled back are still looked through: each example would be slower."""
        cls.examples += 1
        if cls.examples % TIDY_AFTER == 0:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")

    @initialize(hours=st.sampled_from(HOURS_AHEAD))
    def _begin(self, hours: int) -> None:
        now = self.world.starts_at - timedelta(hours=hours)
        self.house = House(self.world.capacity, now, type(self).seen)
        self.at = now

    @property
    def at(self) -> datetime:
        return self.house.now

    @at.setter
    def at(self, now: datetime) -> None:
        self.house.now = Ground.moment = now

    def teardown(self) -> None:
        try:
            self._hear_everything()
            self._pass(AFTER_ALL)
            self.agrees()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            found = invariants.check_all(at=self.at + timedelta(minutes=2))
            assert found == [], found
        finally:
            transaction.set_rollback(True)
            self.around.close()
            self.world.close()
            for name in self.tills:
                providers.unregister(name)

    def _hear_everything(self) -> None:
        for payment in self.house.payments:
            if payment.provider in self.tills:
                self._tell(payment)
        self._settle()

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        """One of the things that can happen now."""
        able = [act for act in acts if act.when(self)]
        act = data.draw(st.sampled_from([act for act in able for _time in range(act.weight)]))
        before = self.house.seen.total()
        getattr(self, act.name)(**data.draw(act.given, act.name))
        Ground.steps += 1
        Ground.idle += self.house.seen.total() == before

    # --- shorthand ---

    def _settle(self) -> None:
        """The news goes round until there is none, in the product and in the model."""
        while Event.objects.filter(done_at=None).exists() and outbox.relay(at=self.at):
            pass
        self.house.run()

    def _pass(self, time: timedelta) -> None:
        self.at += time
        shares.keep_due(at=self.at)
        orders.lapse_due(at=self.at)
        self.house.lapse()
        self._settle()
        self._ask_suppliers()

    def _ask_suppliers(self) -> None:
        fulfilment.ask_waiting_suppliers(at=self.at)
        for order in self._orders(PAID):
            self.house.deliver(order)
        self._settle()

    def _tell(self, payment: Payment) -> None:
        till = self.tills[payment.provider]
        keep(till, till.notice(payment.token), self.at)
        self.house.told(payment)

    def _row(self, order: Order) -> OrderRow:
        return OrderRow.objects.get(pk=order.pk)

    def _orders(self, *states: str) -> list[Order]:
        return [order for order in self.house.orders if order.state in states]

    def _lines(self, *states: str) -> list[tuple[Order, Line]]:
        pairs = ((order, line) for order in self._orders("PAID") for line in order.lines)
        return [(order, line) for order, line in pairs if line.state in states]

    # --- what must be ---

    @invariant()
    def agrees(self) -> None:
        """The tills, the books, the lines and the places: as the model says, to the fen and the person."""
        off = self._tills_agree()
        with connection.cursor() as cursor:
            off += self._books_agree(cursor)
            Ground.drift += off
            assert off == 0, f"{off} fen"
            self._lines_agree(cursor)
            self._places_agree(cursor)

    def _tills_agree(self) -> int:
        """Fen by which the tills' own books differ from what the model says."""
        off = 0
        for payment in self.house.payments:
            if payment.provider not in OWN:
                paid = self.tills[payment.provider].book[payment.token]
                assert paid.outcome == payment.state, payment
                off += abs(paid.captured - payment.captured) + abs(paid.returned - payment.returned)
        return off

    def _books_agree(self, cursor) -> int:  # type: ignore[no-untyped-def]
        """Fen by which the books differ from what the model says the tills hold and people have."""
        known = [p for p in self.house.payments if p.known == "SUCCEEDED"]
        should = {
            f"provider:{name}": sum(p.captured - p.returned for p in known if p.provider == name)
            for name in self.tills
        }
        should[f"balance:{self.world.account_id}"] = -self.house.purses["balance"]
        should[f"tab:{self.world.tab_id}"] = self.house.purses["tab"]
        cursor.execute(_BOOKS, [[*should]])
        booked = dict.fromkeys(should, 0) | dict(cursor.fetchall())
        return sum(abs(booked[account] - fen) for account, fen in should.items())

    def _lines_agree(self, cursor) -> None:  # type: ignore[no-untyped-def]
        cursor.execute(_LINES)
        rows = {pk: row for pk, *row in cursor.fetchall()}
        should = {line.pk: line for order in self.house.orders for line in order.lines}
        assert rows.keys() == should.keys()
        for pk, line in should.items():
            state, cancelled, used = rows[pk]
            assert state == line.state, (state, line)
            gone = {part.key for part in line.parts if not part.is_open}
            assert set(json.loads(cancelled)) == gone, (cancelled, line)
            came = {part.key for part in line.parts if part.is_used}
            assert set(json.loads(used)) == came, (used, line)

    def _places_agree(self, cursor) -> None:  # type: ignore[no-untyped-def]
        cursor.execute(_TAKEN, [[*self.world.capacity]])
        taken = {pk: units for pk, units in cursor.fetchall() if units}
        assert taken == +self.house.taken
