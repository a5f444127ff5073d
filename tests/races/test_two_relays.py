"""Relays at the same time: an event goes to one of them, and its effect happens once even so."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress

import pytest
from django.db import transaction

from kernel.outbox import operations as outbox
from kernel.outbox.models import Event, Receipt
from tests.kernel.outbox.conftest import hearing, record  # noqa: F401
from tests.races.conftest import run_together

EVENTS = [f"event-{number}" for number in range(6)]
RELAYS = 4


@pytest.fixture
def events(db):
    with transaction.atomic():
        record(*EVENTS)


@pytest.fixture
def no_lease(monkeypatch):
    monkeypatch.setattr(outbox, "_lease", lambda event, at: True)


@pytest.fixture
def no_receipt(monkeypatch):
    """Read, decide, write: what the unique receipt is for."""

    def once(event, subscription, at):
        if not Receipt.objects.filter(event=event, handler=subscription.label).exists():
            with transaction.atomic():
                subscription.handler(event=event, at=at)
                Receipt.objects.bulk_create(
                    [Receipt(event=event, handler=subscription.label, at=at)],
                    ignore_conflicts=True,
                )

    monkeypatch.setattr(outbox, "_once", once)


def sends(hears, *, meanwhile=lambda: time.sleep(0.02)):
    """A handler that speaks to the network: how often it was called with each event."""
    calls: list[str] = []

    def handler(*, event, at):
        calls.append(event.key)
        meanwhile()

    hears(handler, transactional=False)
    return calls


def writes(hears):
    """A handler whose effect is a row."""

    def handler(*, event, at):
        record(event.key, name="tests.effect.made", at=at)
        time.sleep(0.02)

    hears(handler)


def relay_together(at):
    """What is published: who comes while another numbers the events would find nothing to do."""
    outbox.publish(at=at)
    results = run_together(*[lambda: outbox.relay(at=at)] * RELAYS)
    assert [type(result) for result in results] == [int] * RELAYS


def effects():
    return Counter(Event.objects.filter(name="tests.effect.made").values_list("key", flat=True))


def test_each_event_is_leased_to_one_relay(events, hears, at):
    calls = sends(hears)

    relay_together(at)

    assert Counter(calls) == Counter(EVENTS)


def wait_for_a_second():
    """A step that each caller leaves when another has come to it."""
    both = threading.Barrier(2)

    def meanwhile():
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=3)

    return meanwhile


def test_twin_without_the_lease_it_is_sent_more_than_once(events, hears, at, no_lease):
    calls = sends(hears, meanwhile=wait_for_a_second())

    relay_together(at)

    assert len(calls) > len(EVENTS)


def test_an_effect_in_the_database_happens_once_even_without_the_lease(events, hears, at, no_lease):
    writes(hears)

    relay_together(at)

    assert effects() == Counter(EVENTS)
    assert Receipt.objects.count() == len(EVENTS)


def test_twin_without_the_receipt_it_happens_more_than_once(
    events, hears, at, no_lease, no_receipt
):
    writes(hears)

    relay_together(at)

    assert effects().total() > len(EVENTS)
