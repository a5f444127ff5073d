"""Money moves once: many clicks on paying, copies of a notice, many workers who send a refund."""

from __future__ import annotations

import sys

import pytest
from django.db import connection

from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, ProviderEvent
from bookings.payments.providers import Returned
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import codes
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.payments.conftest import notice, signed
from tests.races.conftest import KEPT_OUT_S, drop_constraint, meet, run_together, unlock
from tests.races.money import broken, returned

hearing = sys.modules["bookings.payments.operations.hear"]
merging = sys.modules["bookings.payments.operations.merge"]
sending = sys.modules["bookings.refunds.operations.sending"]

AT_ONCE = 6
PRICE = 1000


def pay(order, now):
    return lambda: payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )


def test_paying_at_once_from_many_windows_is_one_payment(party, order, now):
    results = run_together(*[pay(order, now)] * AT_ONCE)

    assert {attempt.pk for attempt in results} == {Attempt.objects.get().pk}
    assert party.count("payment") == 1


def test_twin_without_the_index_it_is_several_payments(party, order, now):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX bookings_payments_attempt_one_open_purpose")

    run_together(*[pay(order, now)] * AT_ONCE)

    assert (Attempt.objects.count(), party.count("payment")) == (AT_ONCE, AT_ONCE)


def hear(attempt, now, event_id):
    raw = notice(attempt, event_id=event_id)
    return lambda: payments.hear(provider="sandbox", raw=raw, headers=signed(raw, now), at=now)


def told() -> int:
    return Event.objects.filter(name="bookings.payments.received").count()


ONE_NOTICE = ["evt_1"] * AT_ONCE
MANY_NOTICES = [f"evt_{number}" for number in range(AT_ONCE)]


@pytest.mark.parametrize("copies", [ONE_NOTICE, MANY_NOTICES])
def test_notices_of_one_payment_at_once_are_one_payment(attempt, now, monkeypatch, copies):
    meet(monkeypatch, merging, "_grow", of=AT_ONCE, within_s=KEPT_OUT_S)

    results = run_together(*[hear(attempt, now, event_id) for event_id in copies])

    assert results == [None] * AT_ONCE
    assert ProviderEvent.objects.count() == len(set(copies))
    assert told() == 1
    assert broken(now) == set()
    assert (Attempt.objects.get().captured_fen, returned()) == (2 * PRICE, 0)


def test_who_asks_while_it_is_told_hears_of_one_payment(party, attempt, now, monkeypatch):
    """Asking locks nothing before it merges what it has heard."""
    party.press(attempt, "never")
    meet(monkeypatch, merging, "_grow", of=AT_ONCE, within_s=KEPT_OUT_S)
    ask = lambda: payments.ask(attempt=attempt, at=now)  # noqa: E731

    results = run_together(hear(attempt, now, "evt_1"), *[ask] * (AT_ONCE - 1))

    assert results == [None] * AT_ONCE
    assert told() == 1
    assert broken(now) == set()


@pytest.fixture
def no_locks(monkeypatch):
    """All have read that nothing has come before the first of them writes that it has."""
    unlock(monkeypatch)
    meet(monkeypatch, merging, "_grow", of=AT_ONCE)


def test_behind_the_locks_stands_that_a_notice_is_stored_once(attempt, now, monkeypatch):
    """Of copies the first only comes to be merged; the others wait for what it has stored."""
    unlock(monkeypatch)
    meet(monkeypatch, hearing, "_stored", of=AT_ONCE)

    results = run_together(*[hear(attempt, now, event_id) for event_id in ONE_NOTICE])

    assert results == [None] * AT_ONCE
    assert (told(), ProviderEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize("copies", [ONE_NOTICE, MANY_NOTICES])
def test_twin_without_locks_what_came_once_goes_back_and_the_order_is_paid(
    attempt,
    order,
    now,
    no_locks,
    copies,
):
    drop_constraint("bookings_payments_providerevent", "bookings_payments_event_once")

    results = run_together(*[hear(attempt, now, event_id) for event_id in copies])

    assert results == [None] * AT_ONCE
    assert told() == AT_ONCE
    outbox.drain(at=now)
    order.refresh_from_db()
    assert (order.paid_at, order.received_fen) == (now, 2 * PRICE)
    assert returned() == Attempt.objects.get().captured_fen == 2 * PRICE


def cancel(order, now):
    line = order.lines.get()
    return lambda: refunds.cancel(
        order=order,
        parts={line.pk: ["p0"]},
        shown_fen=PRICE,
        actor="guest:a",
        reason="BUYER",
        at=now,
    )


def send_at_once(order, now) -> Refund:
    """Many workers have read one refund that is to be sent; then all of them ask the provider."""
    [refund] = cancel(order, now)()
    send = lambda: refunds.send(refund_id=refund.pk, at=now)  # noqa: E731
    results = run_together(*[send] * AT_ONCE)
    assert results == [None] * AT_ONCE
    send()  # who met another worker there may have had no answer
    refund.refresh_from_db()
    return refund


def went_back(attempt) -> int:
    """The fen that the provider says it has returned."""
    return providers.get("sandbox").fetch(attempt.handle).refunded_fen


def test_a_refund_sent_by_many_workers_at_once_is_one_at_the_provider(
    party,
    attempt,
    paid,
    now,
    monkeypatch,
):
    meet(monkeypatch, sending, "_ask", of=AT_ONCE)

    refund = send_at_once(paid, now)

    attempt.refresh_from_db()
    assert (refund.state, party.count("refund")) == (RefundState.DONE, 1)
    assert went_back(attempt) == attempt.refunded_fen == PRICE
    assert broken(now) == set()


def test_twin_without_the_token_as_much_goes_back_as_the_payment_holds(
    party,
    attempt,
    paid,
    now,
    monkeypatch,
):
    """The name of a refund is all that keeps two workers apart: neither of them locks anything."""

    def ask_by_another_name(refund: Refund) -> Returned:
        sandbox = providers.get("sandbox")
        return sandbox.refund(
            refund.payment.handle, token=codes.new_token(), amount_fen=refund.amount_fen
        )

    monkeypatch.setattr(sending, "_ask", ask_by_another_name)
    meet(monkeypatch, sending, "_ask", of=AT_ONCE)

    send_at_once(paid, now)

    attempt.refresh_from_db()
    assert party.count("refund") == 2
    assert (attempt.refunded_fen, went_back(attempt)) == (PRICE, 2 * PRICE)
