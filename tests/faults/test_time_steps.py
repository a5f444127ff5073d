"""The server's clock steps back ten minutes: nothing ends early, nothing lives on for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.inventory import queries as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Order
from config.beat import EVERY_S
from kernel.leases import operations as leases
from kernel.outbox import operations as outbox
from kernel.outbox import registry
from kernel.outbox.models import Event
from tests.bookings.conftest import AT, ask, region, sellers, shop  # noqa: F401 - fixtures

STEP = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    keys: list[str] = []
    registry.subscribe("tests.step", lambda *, event, at: keys.append(event.key), label="step")
    yield keys
    registry.unsubscribe("tests.step", "step")


def record(*keys, at):
    outbox.record_many([outbox.News("tests.step", key, {}) for key in keys], at=at)


def test_a_hold_neither_ends_early_nor_lives_ten_minutes_too_long(shop, sellers, report):  # noqa: F811
    bucket = shop.bucket(1)
    orders.place(shop.wish(ask(bucket), total_fen=1000), at=AT)

    assert orders.lapse_due(at=AT - STEP) == 0
    assert orders.lapse_due(at=AT + orders.HOLD_FOR - SECOND) == 0
    assert inventory.left([bucket]) == {bucket: 0}
    # Real time runs on: by the stepped clock this moment comes ten minutes later, and not later still.
    assert orders.lapse_due(at=AT + orders.HOLD_FOR) == 1
    assert inventory.left([bucket]) == {bucket: 1}
    report("F81", "the clock steps back ten minutes, in process", n_ops=1, acked=1)


def test_orders_of_before_and_after_the_step_stand_in_the_order_they_came(shop, sellers):  # noqa: F811
    bucket = shop.bucket(2)
    first = orders.place(shop.wish(ask(bucket), total_fen=1000), at=AT)
    second = orders.place(shop.wish(ask(bucket), total_fen=1000), at=AT - STEP)

    assert second.pk > first.pk
    assert first.code != second.code
    assert second.due_at == AT - STEP + orders.HOLD_FOR
    assert Order.objects.count() == 2


def test_the_same_key_after_the_step_is_the_same_order(shop, sellers):  # noqa: F811
    bucket = shop.bucket(2)
    wish = shop.wish(ask(bucket), total_fen=1000, key="once")

    assert orders.place(wish, at=AT).pk == orders.place(wish, at=AT - STEP).pk
    assert inventory.left([bucket]) == {bucket: 1}


def test_facts_are_numbered_on_and_heard_once(heard):
    record("a", at=AT)
    outbox.drain(at=AT)
    record("b", at=AT - STEP)
    outbox.drain(at=AT - STEP)

    assert heard == ["a", "b"]
    assert list(Event.objects.order_by("number").values_list("key", flat=True)) == ["a", "b"]


def test_what_a_dead_worker_held_waits_for_the_step_at_most(heard):
    record("held", at=AT)
    outbox.publish(at=AT)
    Event.objects.update(lease_until=AT + outbox.LEASE)

    assert outbox.relay(at=AT - STEP) == 0
    assert outbox.relay(at=AT + outbox.LEASE) == 1
    assert heard == ["held"]


@pytest.mark.parametrize("job", EVERY_S)
def test_a_periodic_job_rests_no_longer_than_the_step_and_a_period(job):
    every = EVERY_S[job]
    for back in range(70, -1, -1):
        leases.first_of_period(job=job, every_s=every, at=AT - back * timedelta(seconds=every))

    rested, now = 0.0, AT - STEP
    while not leases.first_of_period(job=job, every_s=every, at=now):
        rested, now = rested + 1, now + SECOND

    assert rested <= STEP.total_seconds() + every
