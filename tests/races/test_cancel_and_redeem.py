"""A part is cancelled at the moment its code is scanned: one of the two happens, never both."""

from __future__ import annotations

import threading

import pytest

from bookings.orders.models import Order, State
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Redemption, Voucher
from bookings.vouchers.operations import held, writing
from bookings.vouchers.operations.held import Held
from tests.bookings.vouchers.conftest import INSIDE, carrier, line, order, post  # noqa: F401
from tests.races.conftest import drop_constraint, interrupt, run_together, unlock

PRICE = 1000
PATIENCE = 0.5
REFUSALS = (vouchers.Voided, refunds.NotCancellable, vouchers.AlreadyUsed)


@pytest.fixture
def paid(order, at) -> Order:  # noqa: F811
    Attempt.objects.create(
        order=order, provider="sandbox", token="t", provider_ref="pay", amount_fen=PRICE,
        captured_fen=PRICE, currency="CNY", created_at=at, ended_at=at,
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    return order


@pytest.fixture
def scan(carrier, post):  # noqa: F811
    return lambda: vouchers.redeem(
        text=carrier.short_code, post=post, actor="user:1", request_key="scan", at=INSIDE
    )


@pytest.fixture
def cancel(paid, line, at):  # noqa: F811
    return lambda: refunds.cancel(
        order=paid, parts={line.pk: ["p0"]}, shown_fen=PRICE, actor="guest:a", reason="BUYER", at=at
    )


def test_of_scans_and_cancellations_at_once_one_happens(paid, line, scan, cancel):  # noqa: F811
    results = run_together(*[scan, cancel] * 4)

    errors = [r for r in results if isinstance(r, Exception) and not isinstance(r, REFUSALS)]
    went_in, came_back = Redemption.objects.count(), Refund.objects.count()
    assert not errors
    assert {went_in, came_back} == {0, 1}
    line.refresh_from_db()
    assert line.state == (State.USED if went_in else State.CANCELLED)


def test_a_scan_between_the_steps_of_a_cancellation_does_not_lock_it_out(scan, cancel, monkeypatch):
    """The gate holds the line when the cancellation comes: both take their locks in one order."""
    lock, void = held.lock_lines, vouchers.void
    locked, voided = threading.Event(), threading.Event()  # voided in vain: the line comes first

    def lock_and_wait(*args: object) -> None:
        lock(*args)
        locked.set()
        voided.wait(PATIENCE)

    def void_and_tell(**what: object) -> int:
        count = void(**what)
        voided.set()
        return count

    def cancel_then() -> object:
        locked.wait(10)
        return cancel()

    monkeypatch.setattr(held, "lock_lines", lock_and_wait)
    monkeypatch.setattr(vouchers, "void", void_and_tell)

    went_in, refused = run_together(scan, cancel_then)

    assert isinstance(went_in, vouchers.Redeemed)
    assert isinstance(refused, REFUSALS)
    assert Refund.objects.count() == 0


def test_twin_without_the_guard_who_got_the_money_back_goes_in(paid, scan, cancel, monkeypatch):
    """The gate has read the voucher when it is cancelled, and lets in all the same."""

    def use(moved: list[Held]) -> None:
        Voucher.objects.filter(pk__in=[each.voucher.pk for each in moved]).update(entries_used=1)

    drop_constraint("bookings_vouchers_voucher", "bookings_vouchers_voucher_used_up")
    unlock(monkeypatch)
    monkeypatch.setattr(writing, "use", use)
    run = interrupt(monkeypatch, writing, "use", cancel)

    went_in, returned = run(scan)

    assert isinstance(went_in, vouchers.Redeemed)
    assert [refund.amount_fen for refund in returned] == [PRICE]
    part = paid.lines.get()
    assert part.used_parts == part.cancelled_parts == ["p0"]
