"""A hold lapses at the moment its money comes: the order is paid or the money goes back, never both."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from django.db import connection
from django.db.models import QuerySet

from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.races.conftest import KEPT_OUT_S, NOT_KEPT_OUT_S, interrupt, run_together, unlock
from tests.races.money import broken, due_back, received, settle

lapsing = sys.modules["bookings.orders.operations.lapse"]

ROUNDS, ORDERS, PRICE = 3, 5, 1000
LATE = orders.HOLD_FOR


def place(shop, bucket: int, number: int, at) -> Order:
    wish = shop.wish(ask(bucket), total_fen=PRICE, actor=f"guest:{number}")
    return orders.place(wish, at=at)


def test_lapse_against_payment(shop, sellers, at):
    late = at + LATE
    for _round in range(ROUNDS):
        bucket = shop.bucket(ORDERS)
        placed = [place(shop, bucket, number, at) for number in range(ORDERS)]
        paid = [received(order, PRICE, late) for order in placed]

        results = run_together(
            *(lambda attempt=attempt: settle(attempt, late) for attempt in paid),
            *[lambda: orders.lapse_due(at=late)] * 3,
        )

        assert results[:ORDERS] == [""] * ORDERS
        assert {Order.objects.get(pk=order.pk).state for order in placed} == {State.PAID}
        assert inventory.left([bucket]) == {bucket: 0}
    assert due_back() == 0
    assert ledger.balance("provider:sandbox") == ROUNDS * ORDERS * PRICE
    assert broken(late) == set()


@pytest.fixture
def bucket(shop) -> int:
    return shop.bucket(1)


@pytest.fixture
def order(shop, sellers, bucket, at) -> Order:
    return place(shop, bucket, 0, at)


def stands(order: Order, bucket: int) -> tuple[State, int, int]:
    """Its state, the fen counted towards it, and the places that are free."""
    order = Order.objects.get(pk=order.pk)
    return order.state, order.received_fen, inventory.left([bucket])[bucket]


def lapse_first(order, at, monkeypatch, within_s: float) -> list[object]:
    """Money comes while the lapse has looked and is about to give the places back."""
    attempt = received(order, PRICE, at)
    pay = lambda: settle(attempt, at)  # noqa: E731
    run = interrupt(monkeypatch, lapsing, "release_lines", pay, within_s=within_s)
    return run(lambda: orders.lapse_due(at=at))


def test_money_that_comes_while_it_lapses_waits_and_takes_the_place_again(
    order, bucket, at, monkeypatch
):
    results = lapse_first(order, at + LATE, monkeypatch, KEPT_OUT_S)

    assert results == [1, ""]
    assert stands(order, bucket) == (State.PAID, PRICE, 0)
    assert due_back() == 0
    assert broken(at + LATE) == set()


def test_twin_without_the_locks_the_money_is_kept_and_the_place_is_gone(
    order, bucket, at, monkeypatch
):
    unlock(monkeypatch)

    results = lapse_first(order, at + LATE, monkeypatch, NOT_KEPT_OUT_S)

    assert results == [1, ""]
    assert stands(order, bucket) == (State.LAPSED, PRICE, 1)
    assert due_back() == 0


DOOR = 4_711
"""An advisory lock that the lapse has to pass while it looks."""


@pytest.fixture
def door(monkeypatch):
    """Looking at what is due, and locking it, is one statement: it stops in the middle of that."""
    lock = QuerySet.select_for_update

    def lock_behind_the_door(rows, **how):
        rows = lock(rows, **how)
        if not how.get("skip_locked"):
            return rows
        return rows.extra(where=[f"pg_advisory_xact_lock_shared({DOOR}) IS NOT NULL"])  # noqa: S610

    monkeypatch.setattr(QuerySet, "select_for_update", lock_behind_the_door)


def wait_at_the_door(cursor) -> None:
    sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
    for _try in range(1000):
        cursor.execute(sql, [DOOR])
        if cursor.fetchone()[0]:
            return
        time.sleep(0.01)
    raise AssertionError("nobody has looked")


def test_money_that_came_while_the_lapse_looked_stays(order, bucket, at, door):
    """It sees what was due when it began to look, and locks it as it is now: that may be paid."""
    late = at + LATE
    attempt, is_shut = received(order, PRICE, late), threading.Event()

    def pay() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [DOOR])
            is_shut.set()
            wait_at_the_door(cursor)
            why_not = settle(attempt, late)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [DOOR])
        return why_not

    def lapse() -> int:
        is_shut.wait(NOT_KEPT_OUT_S)
        return orders.lapse_due(at=late)

    results = run_together(pay, lapse)

    assert results == ["", 0]
    assert stands(order, bucket) == (State.PAID, PRICE, 0)
    assert due_back() == 0
    assert not Event.objects.filter(name="bookings.order.lapsed").exists()
    assert broken(late) == set()
