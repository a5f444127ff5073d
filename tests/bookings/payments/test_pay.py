"""Paying: the attempt first, then the provider; and what heals when the answer is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.orders import operations as orders
from bookings.orders.models import State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.providers import ProviderDown
from kernel.outbox import operations as outbox

pytestmark = pytest.mark.django_db


def pay(order, now):
    return payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
    )


def test_a_double_click_is_one_attempt_and_one_payment(party, order, now):
    first, again = pay(order, now), pay(order, now)

    assert first.pk == again.pk
    assert first.redirect_url == again.redirect_url
    assert (Attempt.objects.count(), party.count("payment")) == (1, 1)


def test_a_lapsed_order_is_not_paid(party, order, now):
    with pytest.raises(payments.NotPayable):
        pay(order, now + orders.HOLD_FOR)

    assert (Attempt.objects.count(), party.count("payment")) == (0, 0)


@pytest.mark.parametrize("fault", ["drop_reply", "error_after_success"])
def test_a_lost_answer_leaves_one_payment_that_is_found_again(party, order, now, fault):
    party.faults(**{fault: 1})
    with pytest.raises(ProviderDown):
        pay(order, now)
    assert Attempt.objects.get().state == AttemptState.CREATED

    attempt = pay(order, now)

    assert attempt.redirect_url
    assert (Attempt.objects.count(), party.count("payment")) == (1, 1)


def test_a_notice_that_never_comes_is_asked_for(party, attempt, order, now):
    party.press(attempt, "never")

    answered = payments.ask_open(at=now + timedelta(seconds=20))
    outbox.drain(at=now + timedelta(seconds=20))

    order.refresh_from_db()
    assert answered == 1
    assert order.state is State.CONFIRMED


def test_an_attempt_whose_answer_was_lost_is_healed_by_asking(party, order, now):
    party.faults(drop_reply=1)
    with pytest.raises(ProviderDown):
        pay(order, now)

    payments.ask_open(at=now + timedelta(seconds=20))

    assert Attempt.objects.get().provider_ref.startswith("pay_")


def test_a_declined_payment_can_be_tried_again(party, attempt, order, now):
    party.press(attempt, "decline")
    payments.ask(attempt=attempt, at=now)

    again = pay(order, now)

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.FAILED
    assert again.pk != attempt.pk


def test_coming_back_without_paying_changes_nothing(party, attempt, order, now, client):
    client.get(f"/en/o/{order.token}/paid/")

    order.refresh_from_db()
    assert (order.state, order.paid_at) == (State.HELD, None)


def test_live_money_is_not_taken_for_sample_data(party, order, now, monkeypatch):
    """Not before an operator has confirmed the row; nothing is asked of the provider."""
    provider = providers.get("sandbox")
    live = replace(provider, capabilities=replace(provider.capabilities, is_live=True))
    monkeypatch.setattr(providers, "get", lambda _name: live)
    order.lines.update(is_sample=True)

    with pytest.raises(payments.SampleData):
        payments.pay_by(
            order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
        )

    assert Attempt.objects.count() == 0
    assert party.count("payment") == 0
    order.lines.update(is_sample=False)
    payments.pay_by(order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back"))
    assert party.count("payment") == 1
