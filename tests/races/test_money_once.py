"""Money moves once: many clicks on paying, copies of a notice, many workers who send a refund."""

from __future__ import annotations

import pytest
from django.db import connection

from bookings.payments import operations as payments
from bookings.payments.models import Attempt, ProviderEvent
from bookings.payments.providers import ProviderDown
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.payments.conftest import (  # noqa: F401
    attempt,
    bucket,
    notice,
    now,
    order,
    paid,
    party,
    signed,
)
from tests.races.conftest import run_together

AT_ONCE = 6
PRICE = 1000


def pay(order, now):  # noqa: F811
    return lambda: payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )


def test_paying_at_once_from_many_windows_is_one_payment(party, order, now):  # noqa: F811
    results = run_together(*[pay(order, now)] * AT_ONCE)

    assert {attempt.pk for attempt in results} == {Attempt.objects.get().pk}  # noqa: F811
    assert party.count("payment") == 1


def test_twin_without_the_index_it_is_several_payments(party, order, now):  # noqa: F811
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX bookings_payments_attempt_one_open_purpose")

    run_together(*[pay(order, now)] * AT_ONCE)

    assert (Attempt.objects.count(), party.count("payment")) == (AT_ONCE, AT_ONCE)


def hear(attempt, now, event_id):  # noqa: F811
    raw = notice(attempt, event_id=event_id)
    return lambda: payments.hear(provider="sandbox", raw=raw, headers=signed(raw, now), at=now)


def received() -> int:
    return Event.objects.filter(name="bookings.payments.received").count()


@pytest.mark.parametrize("copies", [["evt_1"] * AT_ONCE, [f"evt_{n}" for n in range(AT_ONCE)]])
def test_notices_of_one_payment_at_once_are_one_payment(attempt, now, copies):  # noqa: F811
    results = run_together(*[hear(attempt, now, event_id) for event_id in copies])

    assert results == [None] * AT_ONCE
    assert ProviderEvent.objects.count() == len(set(copies))
    assert received() == 1
    outbox.drain(at=now)
    assert (Attempt.objects.get().captured_fen, Refund.objects.count()) == (2 * PRICE, 0)


def cancel(order, now):  # noqa: F811
    line = order.lines.get()
    return lambda: refunds.cancel(
        order=order,
        parts={line.pk: ["p0"]},
        shown_fen=PRICE,
        actor="guest:a",
        reason="BUYER",
        at=now,
    )


def test_a_refund_sent_by_many_workers_at_once_is_one_at_the_provider(party, paid, now):  # noqa: F811
    [refund] = cancel(paid, now)()

    send = lambda: refunds.send(refund_id=refund.pk, at=now)  # noqa: E731
    results = run_together(*[send] * AT_ONCE)

    # Who meets another worker at the provider may get no answer; the outbox sends it again.
    assert {type(result) for result in results} <= {type(None), ProviderDown}
    assert None in results
    send()
    assert (Refund.objects.get().state, party.count("refund")) == (RefundState.DONE, 1)
