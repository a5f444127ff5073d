"""One deposit is decided about by several at once, and carried out by several: kept or returned, once."""

from __future__ import annotations

import pytest

from bookings.deposits import operations as deposits
from bookings.deposits.models import Deposit, State
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.bookings.deposits.test_deposits import charging, pay  # noqa: F401
from tests.races.conftest import Door, meet, of_type, run_together
from tests.races.money import broken, returned

ROUNDS, AT_ONCE = 3, 6
HELD, PART = 500, 120
WISHES = (0, PART, HELD) * (AT_ONCE // 3)
"""What those who decide at once want to keep: a clerk, another, and the clock nothing."""


@pytest.fixture
def held(party, shop, sellers, bucket, now):
    """Make a booking with a deposit of 500 fen that is set aside or charged."""

    def make(number: int = 0) -> Deposit:
        sellers["secured"].starts_at = now.replace(year=now.year + 1)
        wish = shop.wish(ask(bucket, kind="secured"), total_fen=1000, key=f"deposit-{number}")
        order = orders.place(wish, at=now)
        pay(party, order, now)
        pay(party, order, now)
        return Deposit.objects.get(order=order)

    return make


def keep(deposit: Deposit, fen: int, at):
    return lambda: deposits.settle(
        deposit_id=deposit.pk, keep_fen=fen, reason="a scratch", actor="user:1", at=at
    )


def decide_at_once(held, now, patch):
    """Round by round: all want to write at the same moment, one does, and many carry it out."""
    for number in range(ROUNDS):
        deposit = held(number)
        with patch.context() as moment:
            meet(moment, deposits, "_decide", of=AT_ONCE)
            results = run_together(*[keep(deposit, fen, now) for fen in WISHES])
        run_together(*[lambda: outbox.drain(at=now)] * 3)

        assert of_type(results, deposits.DepositSettled) == AT_ONCE - 1
        deposit.refresh_from_db()
        assert (deposit.state, deposit.kept_fen) == (State.SETTLED, WISHES[results.index(None)])
        yield deposit


def kept_by_supplier(deposit: Deposit) -> int:
    return -ledger.balance(f"revenue:{deposit.supplier_id}")


def test_what_is_set_aside_is_taken_or_released_once(held, now, monkeypatch):
    settled = list(decide_at_once(held, now, monkeypatch))

    for deposit in settled:
        attempt = Attempt.objects.get(pk=deposit.attempt_id)
        ending = AttemptState.SUCCEEDED if deposit.kept_fen else AttemptState.RELEASED
        there = providers.get("sandbox").fetch(attempt.handle)
        assert (attempt.state, attempt.captured_fen) == (ending, deposit.kept_fen)
        assert there.captured_fen == deposit.kept_fen
    assert kept_by_supplier(settled[0]) == sum(deposit.kept_fen for deposit in settled)
    assert returned() == 0
    assert broken(now) == set()


@pytest.mark.usefixtures("charging")
def test_what_is_charged_is_kept_or_returned_once(held, now, monkeypatch):
    settled = list(decide_at_once(held, now, monkeypatch))

    kept = sum(deposit.kept_fen for deposit in settled)
    assert kept_by_supplier(settled[0]) == kept
    assert returned() == ROUNDS * HELD - kept
    assert broken(now) == set()


@pytest.fixture
def no_guard(monkeypatch):
    """Whether it is held is read first; then both write that it is decided."""
    door = Door(2)

    def decide(deposit, keep_fen, reason, actor, at) -> bool:
        is_held = Deposit.objects.filter(pk=deposit.pk, state=State.HELD).exists()
        door.wait()
        Deposit.objects.filter(pk=deposit.pk).update(
            state=State.SETTLING, kept_fen=keep_fen, reason=reason, actor=actor, decided_at=at
        )
        return is_held

    monkeypatch.setattr(deposits, "_decide", decide)


@pytest.mark.usefixtures("charging")
def test_twin_without_the_guard_all_of_it_is_kept_and_returned(held, now, no_guard):
    deposit = held()

    results = run_together(keep(deposit, HELD, now), keep(deposit, 0, now))
    outbox.drain(at=now)

    assert results == [None, None]
    assert (kept_by_supplier(deposit), returned()) == (HELD, HELD)
    assert ledger.balance(f"deposit:{deposit.order_id}") == HELD


def test_behind_the_guard_what_is_set_aside_has_one_end_at_the_provider(held, now, no_guard):
    """Both decisions are written, and the later of them is carried out: the row is read again for it."""
    deposit = held()

    results = run_together(keep(deposit, PART, now), keep(deposit, 0, now))
    run_together(*[lambda: outbox.drain(at=now)] * 3)

    assert results == [None, None]
    deposit.refresh_from_db()
    attempt = Attempt.objects.get(pk=deposit.attempt_id)
    assert (deposit.state, attempt.captured_fen) == (State.SETTLED, deposit.kept_fen)
    assert kept_by_supplier(deposit) == deposit.kept_fen


def test_many_who_take_it_all_ask_and_the_provider_takes_once(held, now, monkeypatch):
    """Nothing of ours stops the second worker: that one payment is taken once is the provider's to keep.

    Its twin is the count of who asked: a party that took each time would have so many times as much.
    """
    deposit, sandbox = held(), providers.get("sandbox")
    keep(deposit, PART, now)()
    asked: list[int] = []

    class Counting:
        def __getattr__(self, verb: str):
            return getattr(sandbox, verb)

        def capture(self, handle, *, amount_fen: int):
            asked.append(amount_fen)
            return sandbox.capture(handle, amount_fen=amount_fen)

    providers.register(Counting())
    meet(monkeypatch, payments, "take", of=AT_ONCE)

    work = lambda: deposits.carry_out(deposit_id=deposit.pk, at=now)  # noqa: E731
    results = run_together(*[work] * AT_ONCE)

    attempt = Attempt.objects.get(pk=deposit.attempt_id)
    assert results == [None] * AT_ONCE
    assert sum(asked) == AT_ONCE * PART
    assert sandbox.fetch(attempt.handle).captured_fen == attempt.captured_fen == PART
    assert broken(now) == set()
    assert kept_by_supplier(deposit) == PART
