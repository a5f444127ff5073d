"""Sums that are set aside: taken or released, in whatever order that is told (F41)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from bookings.contracts import Due, How, When
from bookings.deposits.models import Deposit
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.payments.operations.hear import keep
from bookings.payments.providers import Notice, Outcome, Payment
from bookings.refunds.models import Refund
from kernel import clock, invariants
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event, Failure
from tests.bookings.conftest import ask
from tests.bookings.payments.desks import World, newest, post

pytestmark = pytest.mark.django_db


def drain() -> None:
    outbox.drain(at=clock.now())


def sound() -> bool:
    return invariants.check_all(at=clock.now() + timedelta(hours=1)) == []


@pytest.fixture(params=["sandbox", "stripe"])
def pay(request, desk_of, now) -> Callable[[Order], World]:
    """Begin to pay what an order asks for next, at a provider that can set sums aside."""
    is_sandbox = request.param == "sandbox"
    desk = request.getfixturevalue("party").desk if is_sandbox else desk_of(request.param)

    def begin(order: Order) -> World:
        order.refresh_from_db()
        buyer = payments.Buyer("http://x/")
        attempt = payments.pay_by(order=order, provider=request.param, at=now, buyer=buyer)
        return newest(desk, attempt)

    return begin


def agreed(world: World) -> bytes:
    """The buyer agrees; what the provider tells of it."""
    world.desk.end(world.number, "never")
    return world.told().encode()


def taken(world: World, fen: int) -> bytes:
    """So much of it is taken in the provider's own office; what the provider tells of it."""
    if world.attempt.provider == "stripe":
        assert world.desk.take(world.number, fen)
        return world.sent().encode()
    assert world.desk.capture(world.number, {"amount": fen})
    return world.told().encode()


def arrive(world: World, raw: bytes) -> None:
    assert post(world.attempt.provider, world.sealed(raw)) == 200


@pytest.fixture
def secured(pay, shop, sellers, bucket, now) -> World:
    """The deposit of 5.00 yuan of an order of 10.00 that is paid; 3.00 of it will be taken."""
    sellers["secured"].starts_at = now + timedelta(days=3)
    order = orders.place(shop.wish(ask(bucket, kind="secured"), total_fen=1000), at=now)
    due = pay(order)
    arrive(due, agreed(due))
    drain()
    return pay(order)


def ending(world: World) -> dict[str, Any]:
    """What has become of the deposit, its order and the money."""
    world.attempt.refresh_from_db()
    held, order = world.attempt, Order.objects.get(pk=world.attempt.order_id)
    deposit = Deposit.objects.get(attempt=held)
    supplier = deposit.supplier_id
    accounts = (f"provider:{held.provider}", f"revenue:{supplier}", f"supplier:{supplier}")
    return {
        "payment": (held.state, held.authorised_fen, held.captured_fen, held.refunded_fen),
        "order": (order.state, order.received_fen, order.secured_fen, order.flag),
        "deposit": (deposit.state, deposit.amount_fen),
        "books": [ledger.balance(account) for account in accounts],
        "refunds": Refund.objects.count(),
        "let go": Event.objects.filter(name="bookings.orders.deposit-free").count(),
        "failures": Failure.objects.count(),
    }


TAKEN = {
    "payment": ("SUCCEEDED", 500, 300, 0),
    "order": ("CONFIRMED", 1000, 500, ""),
    "deposit": ("HELD", 500),
    "books": [1300, -300, -1000],
    "refunds": 0,
    "let go": 0,
    "failures": 0,
}


@pytest.mark.parametrize("each_at_once", [True, False])
@pytest.mark.parametrize("way", [(0, 1), (1, 0), (1,)])
def test_what_is_taken_may_be_told_before_it_was_set_aside(secured, way, each_at_once):
    told = agreed(secured), taken(secured, 300)

    for number in way:
        arrive(secured, told[number])
        if each_at_once:
            drain()
    drain()
    told_all = ending(secured)
    payments.ask(attempt=secured.attempt, at=clock.now())
    drain()

    assert (told_all, ending(secured)) == (TAKEN, TAKEN)
    assert sound()


def test_what_is_taken_may_be_worked_in_before_it_was_set_aside(secured):
    arrive(secured, agreed(secured))
    arrive(secured, taken(secured, 300))
    later = clock.now() + timedelta(minutes=5)
    waits = Event.objects.filter(name="bookings.payments.set-aside")
    assert waits.update(lease_until=later) == 1  # as after a handler that could not have its lock

    drain()
    between = ending(secured)
    outbox.drain(at=later)

    assert (between, ending(secured)) == (TAKEN, TAKEN)
    assert waits.get().done_at == later
    assert sound()


@pytest.mark.parametrize("way", [(0, 1), (1, 0), (1,)])
def test_what_is_taken_for_an_order_that_is_over_goes_back_in_any_order(
    pay, shop, sellers, bucket, now, way
):
    sellers["secured"].starts_at = now + timedelta(days=3)
    sellers["secured"].dues = lambda total: (
        Due(500, how=How.AUTHORISE),
        Due(None, when=When.AFTER_USE),
    )
    order = orders.place(shop.wish(ask(bucket, kind="secured"), total_fen=1000), at=now)
    world = pay(order)
    told = agreed(world), taken(world, 300)
    orders.abandon(order=order, at=now)

    for number in way:
        arrive(world, told[number])
    drain()

    order.refresh_from_db()
    world.attempt.refresh_from_db()
    held, refund = world.attempt, Refund.objects.get()
    assert (held.state, held.captured_fen, held.refunded_fen) == ("SUCCEEDED", 300, 300)
    assert (order.secured_fen, order.flag, Deposit.objects.count()) == (0, "", 0)
    assert (refund.reason, refund.amount_fen, refund.state) == ("GIVEN_UP", 300, "DONE")
    assert world.standing["refunded"] == 300
    accounts = (f"provider:{held.provider}", f"deposit:{order.pk}")
    assert [ledger.balance(account) for account in accounts] == [0, 0]
    assert Failure.objects.count() == 0
    assert sound()


@pytest.mark.parametrize("way", list(permutations(range(3))))
def test_what_was_set_aside_and_is_over_stays_over_in_any_order(attempt, now, way):
    Attempt.objects.update(purpose=Purpose.DEPOSIT, how=How.AUTHORISE, amount_fen=500)
    opened = Payment(
        provider_ref=attempt.provider_ref, token=attempt.token, outcome=Outcome.PENDING,
        amount_fen=500, currency="CNY", is_live=False,
    )  # fmt: skip
    outcomes = (Outcome.PENDING, Outcome.AUTHORISED, Outcome.FAILED)
    for number in way:
        news = Notice(f"evt_{number}", "news", replace(opened, outcome=outcomes[number]), {})
        keep(providers.get("sandbox"), news, now)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.authorised_fen) == (AttemptState.RELEASED, 500)


def test_old_news_of_a_sum_set_aside_does_not_bring_a_lapsed_order_back(
    party, shop, sellers, bucket, now
):
    sellers["secured"].starts_at = now + timedelta(days=30)
    sellers["secured"].dues = lambda total: (
        Due(500, how=How.AUTHORISE),
        Due(None, when=When.AFTER_USE),
    )
    order = orders.place(shop.wish(ask(bucket, kind="secured"), total_fen=1000), at=now)
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    set_aside = Notice("evt_late", "news", providers.get("sandbox").fetch(attempt.handle), {})
    late = now + orders.HOLD_FOR
    orders.lapse_due(at=late)
    outbox.drain(at=late)

    keep(providers.get("sandbox"), set_aside, late)
    outbox.drain(at=late)

    order.refresh_from_db()
    attempt.refresh_from_db()
    assert (order.state, order.secured_fen) == (State.LAPSED, 0)
    assert attempt.state == AttemptState.RELEASED
