"""A day in which no notice reached us is caught up with from the provider's own list (F51)."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import Mock

import pytest

from bookings.orders.models import State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import ProviderEvent
from bookings.payments.operations.hear import keep
from bookings.payments.providers import Notice, Outcome, Payment
from kernel.outbox import operations as outbox

pytestmark = pytest.mark.django_db


class Listed:
    """The sandbox with a list of its news, as Stripe has one."""

    def __init__(self, inner, notices):
        self.inner, self.notices, self.since = inner, notices, []

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def news(self, *, since):
        self.since.append(since)
        return self.notices


@pytest.fixture
def listed(attempt):
    paid = Payment(
        provider_ref=attempt.provider_ref, token=attempt.token, outcome=Outcome.SUCCEEDED,
        amount_fen=2000, currency="CNY", is_live=False, captured_fen=2000,
    )  # fmt: skip
    made = Listed(providers.get("sandbox"), [Notice("evt_1", "payment.ended", paid, {})])
    providers.register(made)
    return made


def test_what_was_not_heard_is_caught_up_with_once(listed, order, now):
    tomorrow = now + timedelta(minutes=5)
    assert payments.catch_up(at=tomorrow) == 1
    assert payments.catch_up(at=tomorrow) == 0
    outbox.drain(at=tomorrow)

    order.refresh_from_db()
    assert (order.state, ProviderEvent.objects.count()) == (State.CONFIRMED, 1)
    assert listed.since == [tomorrow - timedelta(days=3), tomorrow - timedelta(minutes=5)]


def test_one_fresh_notice_does_not_hide_the_silence_before_it(listed, attempt, now):
    payments.catch_up(at=now - timedelta(days=1))
    fresh = Notice("evt_2", "payment.ended", None, {})
    keep(listed, fresh, now)

    payments.catch_up(at=now)

    assert listed.since[1] == now - timedelta(days=1, minutes=5)


def test_only_a_list_that_was_read_to_its_end_moves_on(listed, now, monkeypatch):
    payments.catch_up(at=now)
    later = now + timedelta(days=4)
    with monkeypatch.context() as patched:
        patched.setattr(listed, "news", Mock(side_effect=providers.ProviderDown))
        payments.catch_up(at=later)

    payments.catch_up(at=later)
    payments.catch_up(at=later - timedelta(minutes=1))

    assert listed.since[1:] == [now - timedelta(minutes=5), later - timedelta(minutes=5)]


def test_a_provider_that_is_down_stops_no_other(listed, order, now):
    class Down(Listed):
        name = "alipay"

        def news(self, *, since):
            raise providers.ProviderDown

    providers.register(Down(providers.get("sandbox"), []))
    try:
        assert payments.catch_up(at=now) == 1
    finally:
        providers.unregister("alipay")
