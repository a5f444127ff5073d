"""Paid lines are delivered once; a supplier may be slow, or say no."""

from __future__ import annotations

import pytest

from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import State
from bookings.vouchers.models import Voucher
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(shop):
    return shop.bucket(5)


@pytest.fixture
def paid(shop, sellers, bucket, at):
    def place_and_pay(kind: str):
        order = orders.place(shop.wish(ask(bucket, 2, kind=kind), total_fen=2000), at=at)
        if order.due_now_fen:
            orders.settle(facts=money(order), at=at)
        else:
            orders.settle_free(order_id=order.pk, at=at)
        return order

    return place_and_pay


def lines_told(name: str) -> int:
    return Event.objects.filter(name=f"bookings.line.{name}").count()


def test_a_delivered_line_is_confirmed_with_vouchers_and_the_suppliers_claim(paid, at):
    order = paid("plain")
    supplier = f"supplier:{order.lines.get().supplier_id}"

    fulfilment.deliver(order_id=order.pk, at=at)
    fulfilment.deliver(order_id=order.pk, at=at)

    order.refresh_from_db()
    assert order.state is State.CONFIRMED
    assert Voucher.objects.count() == 2
    assert ledger.balance(supplier) == -2000
    assert ledger.balance(f"buyer:{order.pk}") == 0
    assert lines_told("confirmed") == 1


def test_a_deposit_leaves_the_rest_owed_by_the_buyer(paid, at):
    order = paid("deposit")

    fulfilment.deliver(order_id=order.pk, at=at)

    assert ledger.balance(f"buyer:{order.pk}") == 1600


def test_a_slow_supplier_is_asked_again_until_it_says_yes(paid, sellers, at):
    order = paid("shy")
    fulfilment.deliver(order_id=order.pk, at=at)
    order.refresh_from_db()
    assert order.state is State.AWAITING_SUPPLIER
    assert Voucher.objects.count() == 0

    sellers["shy"].answer = True
    asked = fulfilment.ask_waiting_suppliers(at=at)

    order.refresh_from_db()
    assert asked == 1
    assert order.state is State.CONFIRMED


def test_a_refused_line_frees_its_units_and_says_so(paid, sellers, bucket, at):
    order = paid("shy")
    sellers["shy"].answer = False

    fulfilment.deliver(order_id=order.pk, at=at)

    order.refresh_from_db()
    assert order.state is State.REFUSED
    assert inventory.left([bucket]) == {bucket: 5}
    assert Voucher.objects.count() == 0
    assert lines_told("refused") == 1


def test_a_slow_supplier_is_owed_only_what_was_not_cancelled_meanwhile(paid, sellers, at):
    order = paid("shy")
    fulfilment.deliver(order_id=order.pk, at=at)
    line = order.lines.get()
    orders.withdraw_parts(parts={line.pk: ["p0"]}, at=at)

    sellers["shy"].answer = True
    fulfilment.ask_waiting_suppliers(at=at)

    assert ledger.balance(f"supplier:{line.supplier_id}") == -1000
