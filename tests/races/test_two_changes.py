"""One line is changed in two windows, and both differences are paid at once: one change comes about."""

from __future__ import annotations

import sys

import pytest
from django.db import IntegrityError

from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.races.conftest import KEPT_OUT_S, drop_constraint, meet, of_type, run_together, unlock
from tests.races.money import broken, due_back, received, returned, settle

withdrawing = sys.modules["bookings.orders.operations.withdraw"]

ROUNDS, WINDOWS = 3, 2
OLD, NEW = 1000, 1500
PLACES = 5


def bought(shop, bucket: int, at) -> Order:
    """One part, paid and delivered."""
    order = orders.place(shop.wish(ask(bucket), total_fen=OLD), at=at)
    settle(received(order, OLD, at), at)
    outbox.drain(at=at)
    return Order.objects.get(pk=order.pk)


def changed(old: Order, bucket: int, window: int, at) -> Order:
    """It is to become something dearer; the difference is not paid yet."""
    line = old.lines.get()
    quote = orders.quote_change(line=line, ref=f"{bucket}:{NEW}", at=at)
    key = f"{old.pk}-{window}"
    return orders.change(
        line=line, quote=quote, shown_fen=NEW - OLD, actor="guest:a", request_key=key, at=at
    )


class Race:
    """An order and what it is to become, in as many windows; both differences have come."""

    def __init__(self, shop, at) -> None:
        self.at, self.bucket = at, shop.bucket(PLACES)
        self.old = bought(shop, self.bucket, at)
        self.new = [changed(self.old, self.bucket, window, at) for window in range(WINDOWS)]
        self.paid = [received(order, NEW - OLD, at) for order in self.new]

    def run(self) -> list[object]:
        pays = (lambda attempt=attempt: settle(attempt, self.at) for attempt in self.paid)
        return run_together(*pays)

    def states(self) -> list[State]:
        return [Order.objects.get(pk=order.pk).state for order in (self.old, *self.new)]

    def taken(self) -> int:
        return PLACES - inventory.left([self.bucket])[self.bucket]


def test_one_change_comes_about_and_the_other_money_goes_back(shop, sellers, at):
    for round_ in range(1, ROUNDS + 1):
        race = Race(shop, at)

        results = race.run()

        assert sorted(results) == ["", "LATE_AND_GONE"]
        won = results.index("")
        states = race.states()
        assert (states[0], states[1 + won]) == (State.CANCELLED, State.PAID)
        assert states[2 - won] != State.PAID
        assert due_back() == round_ * (NEW - OLD)
    orders.lapse_due(at=at + orders.HOLD_FOR)
    assert broken(at + orders.HOLD_FOR) == set()
    assert race.taken() == 1
    assert returned() == ROUNDS * (NEW - OLD)
    assert ledger.balance("provider:sandbox") == ROUNDS * NEW


def test_who_comes_second_waits_before_looking(shop, sellers, at, monkeypatch):
    """The first stops between looking at the old line and cancelling it; nobody looks meanwhile."""
    race = Race(shop, at)
    meet(monkeypatch, withdrawing, "_cancel", of=WINDOWS, within_s=KEPT_OUT_S)

    results = race.run()

    assert sorted(results) == ["", "LATE_AND_GONE"]
    assert due_back() == NEW - OLD


@pytest.fixture
def no_locks(monkeypatch):
    """Both look at the old line before either of them cancels it."""
    unlock(monkeypatch)
    meet(monkeypatch, withdrawing, "_cancel", of=WINDOWS)


def test_behind_the_locks_stands_that_no_more_is_released_than_was_held(
    shop, sellers, at, no_locks
):
    race = Race(shop, at)

    results = race.run()

    assert of_type(results, IntegrityError) == 1
    assert race.states().count(State.PAID) == 1
    assert ledger.balance("provider:sandbox") == OLD + NEW - OLD


def test_twin_without_both_one_payment_is_spent_twice(shop, sellers, at, no_locks):
    drop_constraint("bookings_orders_hold", "bookings_orders_hold_released")
    race = Race(shop, at)

    results = race.run()

    assert results == ["", ""]
    assert race.states() == [State.CANCELLED, State.PAID, State.PAID]
    sold = sum(Order.objects.get(pk=order.pk).total_fen for order in race.new)
    assert sold - ledger.balance("provider:sandbox") == OLD
    assert due_back() == 0
    assert {"supplier-is-owed", "bucket-equals-holds"} <= broken(at)
