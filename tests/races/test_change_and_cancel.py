"""Late money for a change comes while its old parts are cancelled: one waits for the other."""

from __future__ import annotations

import sys
import threading

import pytest
from django.db import OperationalError

from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.refunds import operations as refunds
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.races.conftest import of_type, run_together
from tests.races.money import received, settle

settling = sys.modules["bookings.orders.operations.settle"]
cancelling = sys.modules["bookings.refunds.operations.cancelling"]


@pytest.fixture
def bucket(shop):
    return shop.bucket(5)


@pytest.fixture
def old(shop, sellers, bucket, at) -> Order:
    """One part of 1,000 fen, paid and delivered."""
    order = orders.place(shop.wish(ask(bucket), total_fen=1000), at=at)
    settle(received(order, 1000, at), at)
    outbox.drain(at=at)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def race(old, bucket, at, monkeypatch):
    """Late money for a change of it into the same bucket, against cancelling it."""
    line = old.lines.get()
    quote = orders.quote_change(line=line, ref=f"{bucket}:1500", at=at)
    new = orders.change(
        line=line, quote=quote, shown_fen=500, actor="guest:a", request_key="k", at=at
    )
    late = at + orders.HOLD_FOR
    orders.lapse_due(at=late)
    outbox.drain(at=late)
    attempt = received(new, 500, late)
    has_bucket, has_order = threading.Event(), threading.Event()
    give_up, quoted = settling.give_up_old, cancelling.quote_locked

    def give_up_slowly(*args):
        has_bucket.set()
        has_order.wait(1)
        return give_up(*args)

    def quote_slowly(*args):
        has_order.set()
        has_bucket.wait(1)
        return quoted(*args)

    monkeypatch.setattr(settling, "give_up_old", give_up_slowly)
    monkeypatch.setattr(cancelling, "quote_locked", quote_slowly)

    def cancel():
        return refunds.cancel(
            order=old, parts={line.pk: ["p0"]}, shown_fen=1000, actor="guest:a", reason="BUYER",
            at=late,
        )  # fmt: skip

    return new, has_bucket, lambda: run_together(lambda: settle(attempt, late), cancel)


def test_one_waits_for_the_other_and_one_of_them_is_done(race, old, bucket):
    new, _has_bucket, run = race

    settled, cancelled = run()

    is_changed = settled == ""
    if is_changed:
        assert isinstance(cancelled, refunds.NotCancellable)
    else:
        assert (settled, len(cancelled)) == ("LATE_AND_GONE", 1)
    states = [Order.objects.get(pk=order.pk).state for order in (old, new)]
    assert states == [State.CANCELLED, State.PAID if is_changed else State.LAPSED]
    assert Bucket.objects.get(pk=bucket).taken == int(is_changed)


def test_twin_with_the_bucket_before_the_old_order_they_wait_in_a_circle(race, monkeypatch):
    _new, has_bucket, run = race
    lock_old, give_up = settling.lock_old, settling.give_up_old

    def lock_and_give_up(_made, order, at):
        has_bucket.set()
        return give_up(lock_old(order), order, at)

    monkeypatch.setattr(
        settling, "lock_both", lambda pk: Order.objects.select_for_update(no_key=True).get(pk=pk)
    )
    monkeypatch.setattr(settling, "lock_old", lambda order: order.change)
    monkeypatch.setattr(settling, "give_up_old", lock_and_give_up)

    results = run()

    assert of_type(results, OperationalError) == 1
    assert any("deadlock" in str(result) for result in results)
