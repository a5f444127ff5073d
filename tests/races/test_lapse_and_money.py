"""A hold lapses at the moment its money comes: the order is paid or the money goes back, never both."""

from __future__ import annotations

from django.db import transaction

from bookings.inventory import queries as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from kernel import invariants
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money
from tests.races.conftest import run_together


def settle(order: Order, at) -> None:
    with transaction.atomic():
        orders.settle(facts=money(order), at=at)


def test_lapse_against_payment(shop, sellers, at):
    bucket = shop.bucket(5)
    placed = [
        orders.place(shop.wish(ask(bucket), total_fen=1000, actor=f"guest:{n}"), at=at)
        for n in range(5)
    ]
    late = at + orders.HOLD_FOR
    pays = [lambda order=order: settle(order, late) for order in placed]

    results = run_together(*pays, *[lambda: orders.lapse_due(at=late)] * 3)

    assert not [result for result in results if isinstance(result, Exception)]
    states = {Order.objects.get(pk=order.pk).state for order in placed}
    assert states == {State.PAID}
    assert not Event.objects.filter(name="bookings.orders.money-returned-due").exists()
    assert inventory.left([bucket]) == {bucket: 0}
    assert not [v for v in invariants.check_all(at=late) if "bucket" in v.rule]
