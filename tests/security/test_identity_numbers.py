"""Item 70: a document's number is in its seal and nowhere else, however far its order goes."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import redis
from celery import Celery
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.outbox import operations as outbox
from tests.access.world import World, build
from tests.bookings.orders.test_settle import money
from tests.cast import enter
from tests.contracts.stalls import AT
from tests.factories.accounts import resident_number

pytestmark = pytest.mark.django_db
PHONE = "16100009876"


@pytest.fixture
def world(monkeypatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: AT)
    return build()


@pytest.fixture
def tasks(monkeypatch) -> list[Any]:
    """The arguments of every task that is sent to a worker."""
    sent: list[Any] = []
    monkeypatch.setattr(
        Celery, "send_task", lambda _app, *args, **options: sent.append((args, options))
    )
    return sent


def whole_database() -> str:
    """Every row of every table, as PostgreSQL writes it."""
    with connection.cursor() as cursor:
        texts = []
        for model in apps.get_models():
            if model._meta.managed:
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"SELECT r::text FROM {table} r")  # noqa: S608
                texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


def whole_store() -> str:
    """Every key and value of the cache, as it stores them; tasks are caught before the broker."""
    store = redis.Redis.from_url(settings.REDIS_URL)
    return repr([(key, store.dump(key)) for key in store.scan_iter()])


def travel(world: World, number: str) -> Client:
    """A tourist enters a document, orders, pays, is let in, cancels nothing."""
    browser = enter(world.cast.wang_fang)
    browser.post(
        reverse("travellers:add"), {"name": "李测试", "kind": "RESIDENT_ID", "number": number}
    )
    added = world.cast.wang_fang.actor
    traveller = apps.get_model("accounts_travellers.Traveller").objects.filter(owner=added).last()
    answer = browser.post(
        reverse("checkout:now", kwargs={"region": world.region.slug}),
        {
            "kind": "ticket", "ref": world.refs[4], "who": f"{traveller.pk}:adult",
            "contact": PHONE, "request_key": "a-key-of-mine", "shown_total_fen": "19000",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    order = Order.objects.get(request_key="a-key-of-mine")
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token="t", provider_ref="pay_2", amount_fen=19000,
        captured_fen=19000, currency="CNY", created_at=AT, ended_at=AT,
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=attempt.pk), at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    [carried] = vouchers.passes(order, at=AT)
    gate = enter(world.cast.zhao_min)
    gate.post(
        reverse("scan:scan", args=[world.gate_post]),
        {"code": carried.short_code, "request_key": "k"},
    )
    for page in ("checkout:order", "checkout:cancel"):
        browser.get(reverse(page, args=[order.token]))
    line = order.lines.get()
    parts = {line.pk: [line.frozen_parts[0].key]}
    refunds.quote(order=order, parts=parts, at=AT)
    outbox.relay(at=AT)
    return browser


def test_the_number_stays_in_its_seal(world, tasks, caplog, capfd, mailoutbox):
    number = resident_number(world.traveller.birth_date, 999)
    caplog.set_level(logging.DEBUG)

    browser = travel(world, number)

    seen = {
        "database": whole_database(),
        "store": whole_store(),
        "log": caplog.text + "".join(capfd.readouterr()),
        "tasks": repr(tasks),
        "mail": repr([(mail.subject, mail.body) for mail in mailoutbox]),
        "book": browser.get(reverse("travellers:book")).content.decode(),
        "orders": browser.get(reverse("checkout:orders")).content.decode(),
    }
    assert "李测试" in seen["book"]
    assert {where for where, text in seen.items() if number in text} == set()
    assert {where for where, text in seen.items() if number[4:14] in text} == set()
    assert {where for where, text in seen.items() if where != "book" and PHONE in text} == set()


def test_the_dump_would_show_it(world):
    """The twin: a number in the open is found."""
    number = resident_number(world.traveller.birth_date, 999)
    Order.objects.filter(pk=world.paid.pk).update(code=number[:12])

    assert number[:12] in whole_database()
