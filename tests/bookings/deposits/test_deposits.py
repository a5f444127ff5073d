"""A deposit is set aside or charged, kept in part or not at all, and always ends somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.deposits import operations as deposits
from bookings.deposits.models import Deposit, State
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.orders.models import State as Standing
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.operations.merge import merge
from bookings.payments.providers import Outcome, Payment
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import invariants
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event, Failure
from tests.bookings.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, sellers, bucket, now):
    """One part of 1,000 fen with a deposit of 500."""
    sellers["secured"].starts_at = now + timedelta(days=3)
    return orders.place(shop.wish(ask(bucket, kind="secured"), total_fen=1000), at=now)


@pytest.fixture
def charging(party):
    """The sandbox as a provider that cannot set anything aside."""
    sandbox = providers.get("sandbox")
    can = replace(sandbox.capabilities, authorise=False, capture_less=False)
    providers.register(replace(sandbox, capabilities=can))


def pay(party, order, at) -> Attempt:
    """Whatever the order asks for next."""
    order = Order.objects.get(pk=order.pk)
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=at, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    payments.ask(attempt=attempt, at=at)
    outbox.drain(at=at)
    attempt.refresh_from_db()
    return attempt


def sound(at) -> bool:
    return invariants.check_all(at=at + timedelta(hours=1)) == []


def balances(order: Order, *accounts: str) -> list[int]:
    return [ledger.balance(account) for account in (f"buyer:{order.pk}", *accounts)]


def test_the_sum_first_then_the_deposit_then_it_is_paid(party, order, now):
    first = pay(party, order, now)
    order.refresh_from_db()
    between = order.state
    second = pay(party, order, now)

    order.refresh_from_db()
    assert (first.amount_fen, second.amount_fen) == (1000, 500)
    assert (first.how, second.how) == ("CHARGE", "AUTHORISE")
    assert (between, order.state) == (Standing.HELD, Standing.CONFIRMED)
    assert second.state == AttemptState.AUTHORISED
    assert balances(order, "provider:sandbox") == [0, 1000]
    assert sound(now)


def test_it_is_released_by_itself_when_its_time_is_over(party, order, now):
    pay(party, order, now)
    held = pay(party, order, now)
    deposit = Deposit.objects.get()

    early = deposits.return_due(at=deposit.return_at - timedelta(seconds=1))
    returned = deposits.return_due(at=deposit.return_at)
    outbox.drain(at=deposit.return_at)

    held.refresh_from_db()
    deposit.refresh_from_db()
    assert (early, returned) == (0, 1)
    assert (held.state, deposit.state) == (AttemptState.RELEASED, State.SETTLED)
    assert balances(order, "provider:sandbox") == [0, 1000]
    assert sound(deposit.return_at)


def test_a_part_is_taken_with_a_reason_and_the_rest_is_free(party, order, now):
    pay(party, order, now)
    held = pay(party, order, now)
    deposit = Deposit.objects.get()

    deposits.settle(deposit_id=deposit.pk, keep_fen=120, reason="a scratch", actor="user:1", at=now)
    outbox.drain(at=now)

    held.refresh_from_db()
    assert (held.state, held.captured_fen) == (AttemptState.SUCCEEDED, 120)
    assert balances(order, "provider:sandbox", f"revenue:{deposit.supplier_id}") == [0, 1120, -120]
    assert sound(now)


@pytest.mark.parametrize("keep_fen", [0, 120, 500])
def test_where_it_was_charged_the_rest_is_refunded(party, charging, order, now, keep_fen):
    pay(party, order, now)
    held = pay(party, order, now)
    assert (held.how, held.state) == ("CHARGE", AttemptState.SUCCEEDED)
    assert balances(order, f"deposit:{order.pk}") == [0, -500]
    deposit = Deposit.objects.get()

    deposits.settle(
        deposit_id=deposit.pk, keep_fen=keep_fen, reason="a scratch", actor="user:1", at=now
    )
    outbox.drain(at=now)

    assert sum(refund.amount_fen for refund in Refund.objects.all()) == 500 - keep_fen
    assert party.count("refund") == (1 if keep_fen < 500 else 0)
    assert balances(order, f"deposit:{order.pk}") == [0, 0]
    assert sound(now)


def test_it_is_decided_once(party, order, now):
    pay(party, order, now)
    pay(party, order, now)
    deposit = Deposit.objects.get()
    deposits.settle(deposit_id=deposit.pk, keep_fen=0, reason="", actor="user:1", at=now)

    with pytest.raises(deposits.DepositSettled):
        deposits.settle(deposit_id=deposit.pk, keep_fen=9, reason="no", actor="user:2", at=now)

    deposit.refresh_from_db()
    assert (deposit.kept_fen, deposit.actor) == (0, "user:1")


@pytest.mark.parametrize(("keep_fen", "reason"), [(501, "x"), (-1, "x"), (1, " ")])
def test_no_more_than_was_held_is_kept_and_never_without_a_reason(
    party,
    order,
    now,
    keep_fen,
    reason,
):
    pay(party, order, now)
    pay(party, order, now)
    deposit = Deposit.objects.get()

    with pytest.raises(deposits.KeepsTooMuch):
        deposits.settle(
            deposit_id=deposit.pk, keep_fen=keep_fen, reason=reason, actor="user:1", at=now
        )

    deposit.refresh_from_db()
    assert deposit.state == State.HELD


def test_when_everything_is_cancelled_it_comes_back_at_once(party, order, now):
    pay(party, order, now)
    held = pay(party, order, now)
    refunds.cancel(
        order=order, parts={order.lines.get().pk: ["p0"]}, shown_fen=1000, actor="guest:a",
        reason="BUYER", at=now,
    )  # fmt: skip

    assert deposits.return_due(at=now) == 1
    outbox.drain(at=now)

    held.refresh_from_db()
    assert held.state == AttemptState.RELEASED
    assert sound(now)


def test_an_order_whose_deposit_never_came_gives_the_money_back(party, order, now):
    pay(party, order, now)

    orders.lapse_due(at=now + orders.HOLD_FOR)
    outbox.drain(at=now + orders.HOLD_FOR)

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.state, order.received_fen) == (Standing.LAPSED, 0)
    assert (refund.amount_fen, refund.reason) == (1000, "NOT_IN_FULL")
    assert sound(now)


def test_an_order_given_up_lets_go_of_its_deposit(party, shop, sellers, bucket, now):
    """The deposit comes first where nothing is charged with the order."""
    sellers["secured"].starts_at = now + timedelta(days=3)
    order = orders.place(shop.wish(ask(bucket, kind="secured"), total_fen=1000), at=now)
    pay(party, order, now)
    order.refresh_from_db()
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    orders.abandon(order=order, at=now)

    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.RELEASED
    assert sound(now)


def answering(**verbs: Callable[..., Any]) -> None:
    """The sandbox, of which some verbs are other people's."""
    real = providers.get("sandbox")

    class Other:
        name = "sandbox"

        def __getattr__(self, verb: str) -> Any:
            return verbs.get(verb) or getattr(real, verb)

    providers.register(Other())  # type: ignore[arg-type]


def silent(*_args: object, **_more: object) -> None:
    raise providers.ProviderDown


@pytest.fixture
def held(party, order, now) -> Attempt:
    """A deposit that is set aside."""
    pay(party, order, now)
    return pay(party, order, now)


@pytest.fixture
def two_ways(party, charging) -> Iterator[None]:
    providers.register(replace(providers.get("sandbox"), name="other"))
    yield
    providers.unregister("other")


def test_the_payment_that_secured_is_the_one_that_is_kept(party, two_ways, order, now):
    """Two deposits are charged before anybody hears of either: the first secures, the other goes back."""
    pay(party, order, now)
    order = Order.objects.get(pk=order.pk)
    both = [
        payments.pay_by(order=order, provider=name, at=now, buyer=payments.Buyer("http://x/"))
        for name in ("sandbox", "other")
    ]
    for attempt in both:
        party.press(attempt, "never")
        payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    deposit = Deposit.objects.get()
    back = [(refund.attempt_id, refund.amount_fen) for refund in Refund.objects.all()]
    assert (deposit.attempt_id, back) == (both[0].pk, [(both[1].pk, 500)])

    deposits.return_due(at=deposit.return_at)
    outbox.drain(at=deposit.return_at)

    deposit.refresh_from_db()
    assert deposit.state == State.SETTLED
    assert balances(order, f"deposit:{order.pk}") == [0, 0]
    assert sound(deposit.return_at)


def test_one_that_cannot_be_returned_stops_no_other(
    party, charging, order, shop, sellers, bucket, now
):
    """What its payment does not hold any more waits for a person; the next one goes back all the same."""
    again = orders.place(shop.wish(ask(bucket, kind="secured"), total_fen=1000), at=now)
    for each in (order, again):
        pay(party, each, now)
        pay(party, each, now)
    first, second = Deposit.objects.order_by("pk")
    Attempt.objects.filter(pk=first.attempt_id).update(refunded_fen=500)

    deposits.return_due(at=first.return_at)
    outbox.drain(at=first.return_at)

    states = [Deposit.objects.get(pk=each.pk).state for each in (first, second)]
    assert states == [State.SETTLED, State.SETTLED]
    refunds = {each.order_id: each for each in Refund.objects.all()}
    assert [refunds[each.order_id].state for each in (first, second)] == [
        RefundState.FAILED, RefundState.DONE,
    ]  # fmt: skip
    assert refunds[first.order_id].amount_fen == 500


@pytest.mark.parametrize(
    ("keep_fen", "ending"), [(0, AttemptState.RELEASED), (100, AttemptState.SUCCEEDED)]
)
def test_a_provider_that_is_down_for_an_hour_is_asked_until_it_answers(held, now, keep_fen, ending):
    real = providers.get("sandbox")
    answering(void=silent, capture=silent)
    deposit = Deposit.objects.get()
    deposits.settle(
        deposit_id=deposit.pk, keep_fen=keep_fen, reason="a scratch", actor="user:1", at=now
    )
    outbox.drain(at=now)
    assert Event.objects.get(name="bookings.deposit.settled").done_at == now
    waits, moment = [], now
    while moment < now + timedelta(hours=1):
        deposit.refresh_from_db()
        waits.append(int((deposit.next_at - moment).total_seconds()))
        moment = deposit.next_at
        deposits.carry_out_due(at=moment)
    assert waits[:9] == [10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert Deposit.objects.get().state == State.SETTLING

    providers.register(real)
    deposits.carry_out_due(at=moment + timedelta(minutes=10))
    outbox.drain(at=moment)

    held.refresh_from_db()
    deposit.refresh_from_db()
    assert (deposit.state, held.state, held.captured_fen) == (State.SETTLED, ending, keep_fen)
    assert deposits.carry_out_due(at=moment + timedelta(days=1)) == 0
    assert sound(moment)


def test_what_was_taken_and_is_still_said_to_be_set_aside_is_asked_about_again(held, now):
    real = providers.get("sandbox")
    before = real.fetch(held.handle)
    answering(fetch=lambda _handle: before)
    deposit = Deposit.objects.get()
    deposits.settle(deposit_id=deposit.pk, keep_fen=100, reason="a scratch", actor="user:1", at=now)
    outbox.drain(at=now)
    deposit.refresh_from_db()
    assert (deposit.state, deposit.tries) == (State.SETTLING, 1)

    providers.register(real)
    deposits.carry_out_due(at=now + timedelta(minutes=1))
    outbox.drain(at=now)

    held.refresh_from_db()
    deposit.refresh_from_db()
    assert (deposit.state, held.captured_fen) == (State.SETTLED, 100)
    assert sound(now)


def test_what_cannot_be_taken_is_not_called_settled(held, now):
    answering(capture=lambda *_args, **_more: Outcome.FAILED)
    deposit = Deposit.objects.get()

    deposits.settle(deposit_id=deposit.pk, keep_fen=100, reason="a scratch", actor="user:1", at=now)
    outbox.drain(at=now)

    deposit.refresh_from_db()
    held.refresh_from_db()
    assert (deposit.state, held.captured_fen) == (State.LOST, 0)


def ended(attempt: Attempt, at) -> None:
    """The provider says that nothing is set aside any more."""
    said = Payment(
        provider_ref=attempt.provider_ref, token=attempt.token, outcome=Outcome.FAILED,
        amount_fen=attempt.amount_fen, currency="CNY", is_live=False,
    )  # fmt: skip
    with transaction.atomic():
        merge(attempt_id=attempt.pk, payment=said, at=at)


def test_one_that_runs_out_at_the_provider_waits_for_a_person(held, now):
    later = now + timedelta(days=7)

    ended(held, later)
    outbox.drain(at=later)

    deposit = Deposit.objects.get()
    assert (deposit.state, deposit.decided_at) == (State.LOST, later)
    assert deposits.return_due(at=deposit.return_at) == 0
    assert sound(later)


def test_one_that_ran_out_before_it_was_noted_waits_for_a_person(party, order, now):
    pay(party, order, now)
    order = Order.objects.get(pk=order.pk)
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    payments.ask(attempt=attempt, at=now)

    ended(Attempt.objects.get(pk=attempt.pk), now)
    outbox.drain(at=now)

    assert Deposit.objects.get().state == State.LOST


def test_what_we_let_go_of_ourselves_is_settled(held, now):
    deposit = Deposit.objects.get()
    deposits.settle(deposit_id=deposit.pk, keep_fen=0, reason="", actor="user:1", at=now)

    outbox.drain(at=now)

    held.refresh_from_db()
    assert held.state == AttemptState.RELEASED
    assert Deposit.objects.get().state == State.SETTLED


def test_pages_are_closed_once_the_provider_answers_however_late(party, order, two_ways, now):
    """Half an hour of darkness at one of two providers: the other one's page is closed meanwhile."""
    real = providers.get("sandbox")
    order = Order.objects.get(pk=order.pk)
    both = [
        payments.pay_by(order=order, provider=name, at=now, buyer=payments.Buyer("http://x/"))
        for name in ("sandbox", "other")
    ]
    answering(void=silent)
    orders.abandon(order=order, at=now)
    moment = now
    for _second in range(240):
        outbox.relay(at=moment)
        moment += timedelta(seconds=10)
    states = [Attempt.objects.get(pk=each.pk).state for each in both]
    assert states == [AttemptState.PENDING, AttemptState.FAILED]
    event = Event.objects.get(name="bookings.order.given-up")
    assert (event.parked_at, Failure.objects.get().error) == (None, "NotYet")

    providers.register(real)
    outbox.relay(at=moment + timedelta(minutes=5))

    assert Attempt.objects.get(pk=both[0].pk).state == AttemptState.FAILED
    assert Event.objects.get(name="bookings.order.given-up").done_at is not None


def test_one_that_was_taken_without_us_of_an_order_given_up_goes_back(party, order, now):
    pay(party, order, now)
    order = Order.objects.get(pk=order.pk)
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    payments.ask(attempt=attempt, at=now)
    said = providers.get("sandbox").fetch(attempt.handle)
    orders.abandon(order=order, at=now)
    taken = replace(said, outcome=Outcome.SUCCEEDED, captured_fen=500)
    with transaction.atomic():
        merge(attempt_id=attempt.pk, payment=taken, at=now)
    outbox.drain(at=now)

    assert not Failure.objects.exists()
    back = Refund.objects.get(attempt=attempt)
    assert (back.amount_fen, back.reason) == (500, "GIVEN_UP")
    assert balances(order, f"deposit:{order.pk}") == [0, 0]
    assert sound(now)
