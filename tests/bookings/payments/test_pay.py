"""Paying: the attempt first, then the provider; and what heals when the answer is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.orders import operations as orders
from bookings.orders.models import State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.providers import Outcome, ProviderDown
from bookings.payments.reading import unopened
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.cast import enter
from tests.factories.accounts import UserFactory

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


class Dark:
    """The sandbox, whose verbs do not answer while ``is_dark``; it counts how often it is asked."""

    def __init__(self):
        self.inner, self.is_dark, self.asked = providers.get("sandbox"), True, 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def fetch(self, handle):
        self.asked += 1
        if self.is_dark:
            raise ProviderDown
        return self.inner.fetch(handle)

    def void(self, handle):
        if self.is_dark:
            raise ProviderDown
        return self.inner.void(handle)


class Unopened(Dark):
    """A provider that makes its payment when the buyer opens the page (Alipay): nobody has yet."""

    def start(self, charge):
        return providers.Started(charge.token, redirect_url=f"http://x/{charge.token}")

    def fetch(self, handle):
        return unopened(handle, is_live=False)

    def void(self, handle):
        return Outcome.SUCCEEDED


def go_on(order, now, **changes):
    payable = replace(payments.next_of(order, at=now), **changes)
    return payments.pay(
        payable=payable, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
    )


def test_an_open_page_with_another_sum_is_closed_and_another_is_made(party, attempt, order, now):
    again = go_on(order, now, amount_fen=800)

    attempt.refresh_from_db()
    assert (attempt.state, again.state, again.amount_fen) == (
        AttemptState.FAILED,
        AttemptState.CREATED,
        800,
    )
    assert again.redirect_url != attempt.redirect_url
    party.press(attempt, "never")
    assert providers.get("sandbox").fetch(attempt.handle).captured_fen == 0


def test_an_open_page_that_was_just_paid_is_not_followed_by_another(party, attempt, order, now):
    party.press(attempt, "never")

    with pytest.raises(payments.NotPayable):
        go_on(order, now, amount_fen=800)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.captured_fen) == (AttemptState.SUCCEEDED, 2000)
    assert (Attempt.objects.count(), party.count("payment")) == (1, 1)


def test_a_page_that_cannot_be_closed_now_stays_the_only_one(party, attempt, order, now):
    providers.register(Dark())

    with pytest.raises(ProviderDown):
        go_on(order, now, amount_fen=800)

    assert Attempt.objects.get().state == AttemptState.PENDING


def test_a_page_whose_time_is_over_is_not_given_again(party, order, now):
    providers.register(Unopened())
    first = go_on(order, now, closes_at=now + timedelta(minutes=10))
    before = go_on(order, now + timedelta(minutes=9))

    again = go_on(order, now + timedelta(minutes=10))

    first.refresh_from_db()
    assert before.pk == first.pk
    assert (first.state, again.state) == (AttemptState.FAILED, AttemptState.CREATED)
    assert again.redirect_url != first.redirect_url


def test_a_page_that_lives_shorter_than_its_payment_is_made_anew(party, order, now):
    sandbox = providers.get("sandbox")
    can = replace(sandbox.capabilities, page_lives=timedelta(minutes=4))
    providers.register(replace(sandbox, capabilities=can))
    first = pay(order, now)

    soon, late = (pay(order, now + timedelta(minutes=n)) for n in (3, 4))

    first.refresh_from_db()
    assert (soon.pk, first.state) == (first.pk, AttemptState.FAILED)
    assert late.redirect_url not in ("", first.redirect_url)


def test_nobody_is_sent_to_a_page_that_was_closed_while_it_was_made(party, order, now):
    class Slow(Dark):
        def start(self, charge):
            started = self.inner.start(charge)
            payments.release(attempt=Attempt.objects.get(), at=now)
            return started

    providers.register(Slow())

    with pytest.raises(payments.NotPayable):
        pay(order, now)

    assert Attempt.objects.get().state == AttemptState.FAILED


def test_a_payment_is_asked_about_until_it_has_ended(party, attempt, order, now):
    """However long the provider is dark; the older, the rarer."""
    party.press(attempt, "never")
    dark = Dark()
    providers.register(dark)
    for minute in range(5, 30 * 60, 5):
        payments.ask_open(at=now + timedelta(minutes=minute))
    asked = dark.asked
    dark.is_dark = False

    answered = payments.ask_open(at=now + timedelta(hours=31))

    attempt.refresh_from_db()
    assert (answered, attempt.state, attempt.captured_fen) == (1, AttemptState.SUCCEEDED, 2000)
    assert asked < 30 * 60 / 5 / 2


def test_a_page_nobody_has_paid_on_is_closed_when_its_time_is_over(party, attempt, order, now):
    payments.ask_open(at=attempt.closes_at)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.PENDING

    payments.ask_open(at=attempt.closes_at + timedelta(minutes=5))

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.FAILED
    party.press(attempt, "never")
    assert providers.get("sandbox").fetch(attempt.handle).captured_fen == 0


def test_a_payment_of_a_provider_that_is_switched_off_stops_no_other(party, attempt, order, now):
    Attempt.objects.create(
        order=order, provider="gone", token="t", amount_fen=1, currency="CNY", created_at=now
    )  # fmt: skip
    party.press(attempt, "never")

    assert payments.ask_open(at=now + timedelta(minutes=1)) == 1

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUCCEEDED


class Another(Dark):
    """The sandbox, which has another sum of a payment than we asked for."""

    def fetch(self, handle):
        found = self.inner.fetch(handle)
        return replace(found, amount_fen=1999, captured_fen=min(found.captured_fen, 1999))

    def void(self, handle):
        return self.inner.void(handle)


def test_money_of_another_sum_is_booked_nowhere_and_waits_for_a_person(party, attempt, order, now):
    party.press(attempt, "never")
    providers.register(Another())

    payments.ask_open(at=now + timedelta(minutes=1))
    payments.ask_open(at=now + timedelta(minutes=2))

    attempt.refresh_from_db()
    assert (attempt.state, attempt.trouble, attempt.captured_fen) == ("PENDING", "UNFIT", 0)
    assert Event.objects.filter(name="bookings.payments.received").count() == 0

    assert payments.close_by_hand(attempt_id=attempt.pk, actor="user:1", at=now)
    assert not payments.close_by_hand(attempt_id=attempt.pk, actor="user:1", at=now)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.trouble) == (AttemptState.FAILED, "")
    assert list(Entry.objects.values_list("action", "actor", "facts")) == [
        ("payment.close", "user:1", {"trouble": "UNFIT"})
    ]


def test_a_payment_without_trouble_is_not_closed_by_hand(party, attempt, now):
    assert not payments.close_by_hand(attempt_id=attempt.pk, actor="user:1", at=now)

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.PENDING


def test_trouble_is_over_once_the_right_sum_is_told(party, attempt, order, now):
    party.press(attempt, "never")
    sandbox = providers.get("sandbox")
    providers.register(Another())
    payments.ask_open(at=now + timedelta(minutes=1))
    providers.register(sandbox)

    payments.ask_open(at=now + timedelta(minutes=2))

    attempt.refresh_from_db()
    assert (attempt.state, attempt.trouble) == (AttemptState.SUCCEEDED, "")


def test_a_payment_over_for_a_day_without_an_answer_waits_for_a_person(party, attempt, order, now):
    party.press(attempt, "never")
    providers.register(Dark())
    a_day_later = attempt.closes_at + timedelta(hours=24)
    payments.ask_open(at=a_day_later - timedelta(seconds=1))
    attempt.refresh_from_db()
    assert attempt.trouble == ""

    payments.ask_open(at=a_day_later)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.trouble) == (AttemptState.PENDING, "UNANSWERED")


def test_the_back_office_shows_payments_in_trouble_and_closes_them(party, attempt, now):
    Attempt.objects.update(trouble="UNFIT")
    browser = enter(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:bookings_payments_attempt_changelist")
    page = browser.get(f"{address}?trouble__exact=UNFIT&state__in=CREATED,PENDING")
    assert attempt.provider in page.content.decode()

    close = {"action": "close_by_hand", "_selected_action": [attempt.pk]}
    first, again = (browser.post(address, close, follow=True).content.decode() for _n in range(2))

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.FAILED
    assert "1 of 1 were in trouble" in first
    assert "0 of 1 were in trouble" in again
