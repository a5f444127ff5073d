"""Payments and refunds of an order, with the real core behind the adapter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.inventory import operations as counts
from bookings.orders import operations as orders
from bookings.orders.models import Flag, Order, State
from bookings.payments import operations as payments
from bookings.payments.models import Attempt, AttemptState, EventState, ProviderEvent
from bookings.payments.providers import BadSignature
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import clock
from kernel.outbox import operations as outbox
from tests.contracts.parties import WeChatParty
from tests.contracts.providers.dealing import hear, holds, pay_by, received, state

pytestmark = pytest.mark.django_db


def test_a_notice_pays_the_order_once_however_often_it_comes(
    provider, party, post, attempt, order, now
):
    party.pay(attempt.provider_ref)
    [letter] = post.wait(1)

    for _time in range(5):
        hear(provider, letter, clock.now())

    assert state(order) is State.CONFIRMED
    assert (received(), ProviderEvent.objects.count()) == (1, 1)
    assert holds(now)


@pytest.mark.parametrize("order_of_arrival", [(0, 1), (1, 0), (1, 0, 1, 0)])
def test_old_news_that_comes_after_changes_nothing(
    provider, party, post, attempt, order, now, order_of_arrival
):
    party.pay(attempt.provider_ref, old_news_after=True)
    letters = post.wait(2)

    for number in order_of_arrival:
        hear(provider, letters[number], clock.now())

    assert state(order) is State.CONFIRMED
    assert (received(), ProviderEvent.objects.count()) == (1, 2)
    assert holds(now)


def test_a_forged_notice_changes_nothing(provider, party, post, attempt, order, now):
    party.pay(attempt.provider_ref)
    forged = party.forge(post.wait(1)[0])

    with pytest.raises(BadSignature):
        hear(provider, forged, clock.now())

    assert (state(order), received(), ProviderEvent.objects.count()) == (State.HELD, 0, 0)


def test_a_notice_of_somebody_elses_payment_is_kept_and_changes_nothing(
    provider, party, post, order, letter, now
):
    hear(provider, letter, clock.now())

    assert ProviderEvent.objects.get().state == EventState.REJECTED
    assert (state(order), received()) == (State.HELD, 0)


def test_a_notice_that_never_comes_is_asked_for(provider, party, attempt, order, now):
    party.pay(attempt.provider_ref)
    later = now + payments.ASK_AFTER

    answered = payments.ask_open(at=later)
    outbox.drain(at=later)

    assert (answered, state(order), received()) == (1, State.CONFIRMED, 1)
    assert holds(later)


@pytest.mark.parametrize("room", [5, 0])
def test_a_notice_that_comes_late_takes_the_places_again_or_the_money_goes_back(
    provider, party, post, place, bucket, now, room
):
    order = place(now - orders.HOLD_FOR)
    attempt = pay_by(provider, order, now - orders.HOLD_FOR)
    orders.lapse_due(at=now)
    counts.reshape(bucket_id=bucket, capacity=room, at=now)
    party.pay(attempt.provider_ref)

    hear(provider, post.wait(1)[0], clock.now())

    came_back = 0 if room else 2000
    assert state(order) is (State.CONFIRMED if room else State.LAPSED)
    assert party.returned_fen(attempt.provider_ref) == came_back
    assert holds(now)


def test_a_declined_payment_frees_the_way_for_another(provider, party, post, attempt, order, now):
    party.decline(attempt.provider_ref)
    if isinstance(party, WeChatParty):  # it tells of success only
        payments.ask(attempt=attempt, at=now)
    else:
        hear(provider, post.wait(1)[0], clock.now())

    again = pay_by(provider, order, now)

    assert (Attempt.objects.get(pk=attempt.pk).state, again.state) == (
        AttemptState.FAILED,
        AttemptState.CREATED,
    )
    assert again.provider_ref != attempt.provider_ref


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after", "fail_before"])
def test_a_refund_that_was_shown_arrives_once_whatever_happens_on_the_way(
    provider, party, attempt, order, now, fault
):
    party.pay(attempt.provider_ref)
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    line = order.lines.get()
    parts = ["p0"] if provider.capabilities.partial_refund else ["p0", "p1"]
    getattr(party, fault)()

    refunds.cancel(
        order=order,
        parts={line.pk: parts},
        shown_fen=1000 * len(parts),
        actor="guest:a",
        reason="BUYER",
        at=now,
    )
    outbox.drain(at=now)
    assert Refund.objects.get().state == RefundState.SENDING
    refunds.send_due(at=now + timedelta(seconds=30))
    outbox.drain(at=now)

    assert Refund.objects.get().state == RefundState.DONE
    assert party.returned_fen(attempt.provider_ref) == 1000 * len(parts)
    assert holds(now)


@pytest.mark.parametrize("party", ["stripe", "alipay", "wechat"], indirect=True)
def test_what_is_returned_in_its_own_back_office_is_counted_each_time(
    provider, party, post, attempt, order, now
):
    party.pay(attempt.provider_ref)
    told = [*post.wait(1)]
    token = party.row_token(attempt.token)
    for fen in (500, 300):
        party.control(refund=[token, fen])
        told.append(post.wait(len(told) + 1)[-1])

    for letter in (*told, *told):
        hear(provider, letter, clock.now())

    attempt.refresh_from_db()
    assert (attempt.told_refunded_fen, attempt.refunded_fen) == (800, 800)
    assert Order.objects.get(pk=order.pk).flag == Flag.RETURNED
    assert holds(now)
