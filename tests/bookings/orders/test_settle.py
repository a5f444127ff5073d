"""Money comes in: once, twice, late, too little; and what becomes of it."""

from __future__ import annotations

import pytest

from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from kernel.outbox.models import Event
from tests.bookings.conftest import ask

pytestmark = pytest.mark.django_db


def money(order: Order, *, attempt_id: int = 1, amount_fen: int | None = None) -> dict[str, object]:
    return {
        "attempt_id": attempt_id,
        "order_id": order.pk,
        "amount_fen": order.due_now_fen if amount_fen is None else amount_fen,
        "currency": order.currency,
        "provider": "sandbox",
    }


def names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def returns() -> list[dict[str, object]]:
    found = Event.objects.filter(name="bookings.orders.money-returned-due").order_by("pk")
    return [event.facts for event in found]


@pytest.fixture
def bucket(shop):
    return shop.bucket(1)


@pytest.fixture
def order(shop, sellers, bucket, at):
    return orders.place(shop.wish(ask(bucket), total_fen=1000), at=at)


def test_money_in_time_makes_the_order_paid_and_is_booked(order, at):
    orders.settle(facts=money(order), at=at)

    order.refresh_from_db()
    assert (order.state, order.paid_at) == (State.PAID, at)
    assert ledger.balance("provider:sandbox") == 1000
    assert ledger.balance(f"buyer:{order.pk}") == -1000
    assert names() == ["bookings.order.placed", "bookings.order.paid"]


def test_a_second_payment_is_due_back_whole(order, at):
    orders.settle(facts=money(order), at=at)

    orders.settle(facts=money(order, attempt_id=2), at=at)

    assert ledger.balance(f"buyer:{order.pk}") == -2000
    [due] = returns()
    assert (due["attempt_id"], due["amount_fen"], due["reason"]) == (2, 1000, "PAID_TWICE")


def test_another_amount_pays_nothing_and_is_due_back(order, at):
    orders.settle(facts=money(order, amount_fen=999), at=at)

    order.refresh_from_db()
    assert (order.state, order.paid_at) == (State.HELD, None)
    assert [due["reason"] for due in returns()] == ["WRONG_AMOUNT"]


def test_late_money_takes_free_places_again(order, bucket, at):
    late = at + orders.HOLD_FOR
    orders.lapse_due(at=late)
    assert inventory.left([bucket]) == {bucket: 1}

    orders.settle(facts=money(order), at=late)

    order.refresh_from_db()
    assert order.state is State.PAID
    assert inventory.left([bucket]) == {bucket: 0}
    assert [hold.released for line in order.lines.all() for hold in line.holds.all()] == [0]


def test_late_money_for_places_that_are_gone_is_due_back(order, shop, bucket, at):
    late = at + orders.HOLD_FOR
    other = orders.place(shop.wish(ask(bucket), total_fen=1000), at=late)

    orders.settle(facts=money(order), at=late)

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.state, other.state) == (State.LAPSED, State.HELD)
    assert inventory.left([bucket]) == {bucket: 0}
    assert [due["reason"] for due in returns()] == ["LATE_AND_GONE"]
    assert [hold.released for line in order.lines.all() for hold in line.holds.all()] == [1]


def test_late_money_is_due_back_when_the_seller_has_given_the_claim_away(order, sellers, at):
    late = at + orders.HOLD_FOR
    orders.lapse_due(at=late)
    sellers["plain"].gone.add(order.lines.get().ref)

    orders.settle(facts=money(order), at=late)

    order.refresh_from_db()
    assert order.state is State.LAPSED
    assert [due["reason"] for due in returns()] == ["LATE_AND_GONE"]


def test_money_for_an_order_that_was_given_up_is_due_back(order, at):
    orders.abandon(order=order, at=at)

    orders.settle(facts=money(order), at=at)

    order.refresh_from_db()
    assert order.state is State.CANCELLED
    assert [due["reason"] for due in returns()] == ["GIVEN_UP"]


def test_an_order_that_asks_for_nothing_settles_itself(shop, sellers, bucket, at):
    order = orders.place(shop.wish(ask(bucket, kind="later"), total_fen=1000), at=at)

    orders.settle_free(order_id=order.pk, at=at)
    orders.settle_free(order_id=order.pk, at=at)

    order.refresh_from_db()
    assert order.state is State.PAID
    assert names() == ["bookings.order.placed-free", "bookings.order.paid"]


def test_an_order_that_is_gone_settles_to_nothing(at, db):
    orders.settle_free(order_id=987_654, at=at)

    assert names() == []


def test_late_money_takes_nothing_again_that_has_begun(order, bucket, at):
    late = order.lines.get().starts_at
    orders.lapse_due(at=late)

    orders.settle(facts=money(order), at=late)

    order.refresh_from_db()
    assert (order.state, order.paid_at) == (State.LAPSED, None)
    assert inventory.left([bucket]) == {bucket: 1}
    assert [due["reason"] for due in returns()] == ["LATE_AND_GONE"]
