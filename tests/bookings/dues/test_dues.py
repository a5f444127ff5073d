"""The rest on a date, what use has cost, and what is no longer asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.contracts import Due, When
from bookings.dues import operations as dues
from bookings.dues import queries
from bookings.dues.models import LaterDue, State
from bookings.fulfilment import operations as fulfilment
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money, returns

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(shop, sellers, at):
    """Places an order of three parts of 333 fen with a seller, paid as far as it is due at once."""
    bucket = shop.bucket(9)

    def placed(kind: str) -> Order:
        wish = shop.wish(ask(bucket, 3, price_fen=333, kind=kind), total_fen=999)
        order = orders.place(wish, at=at)
        if order.due_now_fen:
            paid_by_attempt(order, order.due_now_fen, at)
        outbox.drain(at=at)
        return Order.objects.get(pk=order.pk)

    return placed


def paid_by_attempt(order: Order, fen: int, at, **more: object) -> None:
    attempt = order.attempts.create(
        provider="sandbox", token=f"t{order.attempts.count()}", amount_fen=fen, captured_fen=fen,
        currency="CNY", created_at=at, ended_at=at, state="SUCCEEDED", **more,
    )  # fmt: skip
    if more.get("purpose") == "REST":
        facts = {**money(order, attempt_id=attempt.pk, amount_fen=fen)}
        dues.settle(facts={**facts, "purpose_id": more["purpose_id"]}, at=at)
    else:
        orders.settle(facts=money(order, attempt_id=attempt.pk, amount_fen=fen), at=at)


def pay_rest(order: Order, at, fen: int = 0) -> None:
    due = queries.open_of(order).get()
    paid_by_attempt(order, fen or due.amount_fen, at, purpose="REST", purpose_id=due.pk)


def cancelled(order: Order, keys: list[str], at) -> int:
    """What comes back for these parts of the order's only line."""
    parts = {order.lines.get().pk: keys}
    shown = refunds.quote(order=order, parts=parts, at=at).refund_fen
    refunds.cancel(
        order=order, parts=parts, shown_fen=shown, actor="guest:a", reason="BUYER", at=at
    )
    return shown


def test_the_rest_is_noted_when_the_first_part_is_paid(place, sellers, at):
    order = place("deposit")

    due = LaterDue.objects.get()

    assert (order.due_now_fen, due.amount_fen, due.state) == (199, 800, State.OPEN)
    assert due.shares == {"p0": 266, "p1": 267, "p2": 267}
    assert due.due_at == sellers["deposit"].starts_at
    assert dues.next_of(order, at=at).amount_fen == 800


def test_paying_the_rest_settles_the_buyers_account(place, at):
    order = place("deposit")

    pay_rest(order, at)

    assert LaterDue.objects.get().state == State.PAID
    assert ledger.balance(f"buyer:{order.pk}") == 0
    assert queries.received_of(order.lines.get()) == {"p0": 333, "p1": 333, "p2": 333}
    assert dues.next_of(order, at=at) is None


@pytest.mark.parametrize("fen", [799, 801])
def test_another_sum_for_the_rest_goes_back(place, at, fen):
    order = place("deposit")

    pay_rest(order, at, fen)

    assert LaterDue.objects.get().state == State.OPEN
    assert [row["reason"] for row in returns()] == ["WRONG_AMOUNT"]


def test_a_rest_paid_twice_goes_back_once(place, at):
    order = place("deposit")
    due = queries.open_of(order).get()
    pay_rest(order, at)

    paid_by_attempt(order, 800, at, purpose="REST", purpose_id=due.pk)

    assert [row["reason"] for row in returns()] == ["PAID_TWICE"]


def test_no_more_comes_back_than_came_in(place, at):
    """All of the price would come back by the terms; a fifth of it has been paid."""
    order = place("deposit")

    shown = cancelled(order, ["p0"], at)

    assert shown == 67
    assert Refund.objects.get().amount_fen == 67
    assert LaterDue.objects.get().amount_fen == 534
    assert ledger.balance(f"buyer:{order.pk}") == 534


def test_what_the_terms_keep_is_kept_of_what_came_in(place, sellers, at):
    order = place("deposit")
    late = sellers["deposit"].starts_at - timedelta(hours=1)

    shown = cancelled(order, ["p0", "p1", "p2"], late)

    assert shown == 0
    assert LaterDue.objects.get().state == State.WAIVED
    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_after_the_rest_is_paid_all_of_a_part_comes_back(place, at):
    order = place("deposit")
    pay_rest(order, at)

    assert cancelled(order, ["p1"], at) == 333
    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_what_use_has_cost_is_asked_for_once_it_is_known(place, at):
    order = place("later")
    line = order.lines.get()

    dues.meter(line_id=line.pk, amount_fen=1200, at=at)

    assert LaterDue.objects.get().amount_fen == 1200
    assert Event.objects.filter(name="bookings.due.opened").count() == 1
    assert ledger.balance(f"buyer:{order.pk}") == 1200
    pay_rest(order, at)
    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_nothing_is_metered_twice(place, at):
    line = place("later").lines.get()
    dues.meter(line_id=line.pk, amount_fen=0, at=at)

    with pytest.raises(dues.NotMetered):
        dues.meter(line_id=line.pk, amount_fen=5, at=at)

    assert LaterDue.objects.get().state == State.WAIVED


def test_what_is_cancelled_before_use_is_never_metered(place, at):
    order = place("later")
    cancelled(order, ["p0", "p1", "p2"], at)

    with pytest.raises(dues.NotMetered):
        dues.meter(line_id=order.lines.get().pk, amount_fen=5, at=at)

    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_noting_again_changes_nothing(place, at):
    order = place("deposit")
    pay_rest(order, at)

    dues.note(order_id=order.pk, at=at)

    assert LaterDue.objects.get().state == State.PAID


def test_a_refused_line_gives_back_what_came_in_and_asks_no_more(shop, sellers, at):
    sellers["shy"].answer = False
    sellers["shy"].dues = sellers["deposit"].dues
    order = orders.place(shop.wish(ask(shop.bucket(1), kind="shy"), total_fen=1000), at=at)
    paid_by_attempt(order, 200, at)
    outbox.drain(at=at)

    assert Refund.objects.get().amount_fen == 200
    assert not LaterDue.objects.filter(state=State.OPEN).exists()


def test_a_refused_line_is_never_metered(shop, sellers, at):
    sellers["shy"].dues = sellers["later"].dues
    order = orders.place(shop.wish(ask(shop.bucket(1), kind="shy"), total_fen=1000), at=at)
    outbox.drain(at=at)
    assert LaterDue.objects.get().state == State.UNKNOWN

    sellers["shy"].answer = False
    fulfilment.ask_waiting_suppliers(at=at)
    outbox.drain(at=at)

    assert LaterDue.objects.get().state == State.WAIVED
    with pytest.raises(dues.NotMetered):
        dues.meter(line_id=order.lines.get().pk, amount_fen=5, at=at)


def test_what_was_paid_at_once_for_cancelled_parts_is_not_metered_again(place, sellers, at):
    """Of three parts at 333 a fifth is paid at once; one is cancelled, the others have cost 700."""
    sellers["later"].dues = lambda total: (Due(198), Due(None, when=When.AFTER_USE))
    order = place("later")
    assert cancelled(order, ["p1"], at) == 66

    dues.meter(line_id=order.lines.get().pk, amount_fen=700, at=at)
    pay_rest(order, at)

    assert ledger.balance(f"buyer:{order.pk}") == 0
    assert ledger.balance(f"revenue:{order.lines.get().supplier_id}") == -166
