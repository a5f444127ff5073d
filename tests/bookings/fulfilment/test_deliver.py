"""Paid lines are delivered once; a supplier may be slow, or say no."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.fulfilment import operations as fulfilment
from bookings.fulfilment.models import LineRefusal, Why
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.vouchers import operations as vouchers
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


@pytest.fixture
def awaited(paid, sellers, at):
    """Paid a moment ago, starting in three days; the supplier has been asked once."""
    order = paid("shy")
    fulfilment.deliver(order_id=order.pk, at=at)
    order.refresh_from_db()
    return order


def state_after_asking(order, at) -> State:
    fulfilment.ask_waiting_suppliers(at=at)
    return Order.objects.get(pk=order.pk).state


def test_silence_for_a_day_is_a_no_and_the_money_goes_back(awaited, bucket, at, english):
    end = at + timedelta(days=1)
    assert state_after_asking(awaited, end - timedelta(seconds=1)) is State.AWAITING_SUPPLIER
    assert (inventory.left([bucket]), lines_told("refused")) == ({bucket: 3}, 0)

    assert state_after_asking(awaited, end) is State.REFUSED

    assert inventory.left([bucket]) == {bucket: 5}
    assert lines_told("refused") == 1
    refusal = LineRefusal.objects.get()
    assert (refusal.why, refusal.at) == (Why.NO_ANSWER, end)
    assert refusal.reason == "the supplier did not answer in time"


def test_silence_until_an_hour_before_the_start_is_a_no(paid, sellers, at):
    sellers["shy"].starts_at = at + timedelta(hours=5)
    order = paid("shy")
    fulfilment.deliver(order_id=order.pk, at=at)
    end = at + timedelta(hours=4)

    assert state_after_asking(order, end - timedelta(seconds=1)) is State.AWAITING_SUPPLIER
    assert state_after_asking(order, end) is State.REFUSED


def test_who_answers_at_the_last_moment_is_heard(awaited, sellers, at):
    sellers["shy"].answer = True

    assert state_after_asking(awaited, at + timedelta(days=1)) is State.CONFIRMED
    assert not LineRefusal.objects.exists()


def test_a_supplier_is_asked_twice_before_its_silence_counts(paid, sellers, at):
    sellers["shy"].starts_at = at + timedelta(minutes=30)
    order = paid("shy")
    fulfilment.deliver(order_id=order.pk, at=at)
    assert Order.objects.get(pk=order.pk).state is State.AWAITING_SUPPLIER

    assert state_after_asking(order, at) is State.REFUSED


def test_how_long_a_supplier_has_is_a_setting(awaited, at, settings):
    settings.SUPPLIER_ANSWERS_WITHIN_HOURS = 2

    assert state_after_asking(awaited, at + timedelta(hours=2)) is State.REFUSED


def test_one_sellers_fault_stops_no_other(paid, shop, sellers, bucket, at):
    first = orders.place(
        shop.wish(ask(bucket, kind="shy"), ask(bucket, kind="plain"), total_fen=2000), at=at
    )
    orders.settle(facts=money(first, amount_fen=2000), at=at)
    second = paid("shy")
    broken = first.lines.get(kind="shy").pk
    real = sellers["shy"].outcome

    def outcome(line):
        if line.pk == broken:
            raise RuntimeError("a seller's own fault")
        return real(line)

    sellers["shy"].outcome = outcome
    for order in (first, second):
        fulfilment.deliver(order_id=order.pk, at=at)
    sellers["shy"].answer = True

    assert fulfilment.ask_waiting_suppliers(at=at) == 2

    states = dict(first.lines.values_list("kind", "state"))
    assert states == {"shy": State.AWAITING_SUPPLIER, "plain": State.CONFIRMED}
    assert Order.objects.get(pk=second.pk).state is State.CONFIRMED
    fulfilment.ask_waiting_suppliers(at=at + timedelta(days=1))
    assert first.lines.get(kind="shy").state == State.REFUSED


def test_an_order_that_cannot_be_delivered_stops_no_other(awaited, paid, sellers, at, monkeypatch):
    second = paid("shy")
    fulfilment.deliver(order_id=second.pk, at=at)
    sellers["shy"].answer = True
    real = vouchers.issue

    def issue(*, line, **facts):
        if line.order_id == awaited.pk:
            raise RuntimeError("this one only")
        real(line=line, **facts)

    monkeypatch.setattr(vouchers, "issue", issue)

    assert fulfilment.ask_waiting_suppliers(at=at) == 1
    assert Order.objects.get(pk=second.pk).state is State.CONFIRMED
    assert Order.objects.get(pk=awaited.pk).state is State.AWAITING_SUPPLIER


def test_a_suppliers_own_words_are_kept_for_the_buyer(paid, sellers, at):
    order = paid("shy")
    sellers["shy"].answer = False

    fulfilment.deliver(order_id=order.pk, at=at)

    refusal = LineRefusal.objects.get(line__order=order)
    assert (refusal.why, refusal.reason) == (Why.SAID_NO, "the house is full after all")


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
