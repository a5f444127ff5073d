"""Buyers hear what has become of their orders: each fact once, guests by the phone they left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as conf

from accounts.messages import kinds as registered
from accounts.messages import opening
from accounts.messages.models import Delivery, Message
from bookings.news import operations as news
from bookings.news.apps import _HEARD
from bookings.orders.models import Order
from bookings.payments.providers import Outcome, Returned
from kernel import invariants
from kernel.outbox import operations as outbox
from kernel.outbox import registry
from tests.bookings.news.conftest import cancel, kinds_told, told
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db


def test_a_guest_is_told_that_the_order_is_paid_by_the_phone_that_was_left(paid, now):
    outbox.drain(at=now)

    [(kind, text)] = told()
    assert kind == "paid"
    assert paid.code in text
    assert "¥20" in text
    delivery = Delivery.objects.get()
    assert (delivery.channel, opening.address_of(delivery)) == ("SMS", "16100000001")
    assert opening.link_of(Message.objects.get()) == f"/en/o/{paid.token}/"


def test_an_account_is_told_in_its_inbox_and_language(paid, now):
    user = TouristFactory(language="zh-hans")
    Order.objects.filter(pk=paid.pk).update(user_id=user.pk)
    outbox.drain(at=now)
    Message.objects.all().delete()

    news.tell_paid(order_id=paid.pk, at=now)

    message = Message.objects.get()
    assert (message.user_id, message.language, message.about) == (user.pk, "zh-hans", paid.subject)
    assert opening.link_of(message).startswith("/zh-hans/")


def test_money_back_is_told_when_it_is_there_and_only_so(paid, now):
    cancel(paid, now)
    outbox.drain(at=now)

    assert kinds_told() == ["paid", "refund-done"]
    assert "¥10" in told()[-1][1]
    assert "cancelled by the buyer" in told()[-1][1]


def test_money_that_takes_its_time_is_told_with_its_day(paid, now, says):
    says(Returned(Outcome.PENDING))
    cancel(paid, now)

    assert kinds_told() == ["paid", "refund-asked"]


def test_the_same_fact_again_is_told_no_more(paid, now):
    outbox.drain(at=now)
    for _again in range(2):
        news.tell_paid(order_id=paid.pk, at=now)

    assert kinds_told() == ["paid"]


def test_an_order_without_anybody_to_tell_is_left_alone(paid, now):
    Order.objects.filter(pk=paid.pk).update(contact_sealed="")
    Message.objects.all().delete()

    news.tell_paid(order_id=paid.pk, at=now)

    assert not Message.objects.exists()


def test_a_paid_order_that_was_not_told_is_found(paid, now):
    outbox.drain(at=now)
    later = now + timedelta(hours=1)
    assert invariants.check("paid-is-told", at=later) == []
    Message.objects.filter(kind="bookings.news.paid").update(
        key="bookings.news.paid:0", created_at=now - timedelta(minutes=1)
    )

    assert invariants.check("paid-is-told", at=later) == [f"order={paid.pk}"]


def test_every_kind_has_words_in_both_languages_and_an_example_for_each_placeholder():
    for kind in registered.list_all():
        for language, _name in conf.LANGUAGES:
            texts = registered.defaults(kind, language)
            filled = registered.write(kind, texts, kind.examples, language)
            words = set(
                registered.PLACEHOLDER.findall("".join((texts.subject, texts.body, texts.short)))
            )
            assert words <= kind.placeholders, kind.name
            assert not set(registered.PLACEHOLDER.findall(filled.body)) & kind.placeholders
    assert len(registered.list_all()) > 10


def test_every_fact_that_is_told_is_heard():
    for name in _HEARD:
        assert "bookings.news.tell" in {s.label for s in registry.subscriptions(name)}
