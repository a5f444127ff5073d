"""Facts: recorded with their cause, numbered as they become visible, heard once, tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from kernel.outbox import operations as outbox
from kernel.outbox import registry
from kernel.outbox.models import Event, Failure, Receipt
from tests.kernel.outbox.conftest import NAME, PRIVATE, Hearer, record

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def numbers() -> dict[str, int | None]:
    return dict(Event.objects.values_list("key", "number"))


def test_a_fact_goes_with_the_transaction_that_made_it_true(at, hears):
    heard = hears(Hearer())
    with transaction.atomic():
        record("undone")
        transaction.set_rollback(True)
    record("done")

    outbox.drain(at=at)

    assert heard.keys == ["done"]


def test_what_was_undone_within_the_transaction_can_be_taken_back(at, hears):
    heard = hears(Hearer())
    news = [outbox.News(NAME, key, {}) for key in ("a", "b", "c")]
    ids = outbox.record_many(news, at=at)

    outbox.take_back(ids[1:2])
    outbox.drain(at=at)

    assert heard.keys == ["a", "c"]
    assert numbers() == {"a": 1, "c": 2}


def test_numbers_have_no_gaps_and_are_given_once(at):
    record("a", "b")
    assert outbox.publish(at=at) == 2
    record("c")
    assert outbox.publish(at=at) == 1
    assert outbox.publish(at=at) == 0

    assert numbers() == {"a": 1, "b": 2, "c": 3}


def test_what_nobody_hears_is_done_when_it_is_published(at, hears):
    hears(Hearer())
    record("unheard", name="tests.thing.ignored")
    record("heard")

    outbox.publish(at=at)

    done = dict(Event.objects.values_list("key", "done_at"))
    assert done == {"unheard": at, "heard": None}


def test_a_drain_ends_only_when_nothing_is_left(at, hears, monkeypatch):
    """Even when a whole batch was of no interest to anybody."""
    monkeypatch.setattr(outbox, "_BATCH", 1)
    heard = hears(Hearer())
    record(*"abcdefgh", name="tests.thing.ignored")
    record("last")

    assert outbox.drain(at=at) == 1

    assert heard.keys == ["last"]
    assert not Event.objects.filter(done_at__isnull=True).exists()


def test_handlers_hear_in_the_order_of_the_numbers(at, hears):
    heard = hears(Hearer())
    record("a", "b", "c")

    assert outbox.relay(at=at) == 3
    assert outbox.relay(at=at) == 0

    assert heard.keys == ["a", "b", "c"]
    assert Event.objects.filter(done_at=at, lease_until=None).count() == 3


def test_an_event_is_done_when_each_of_its_handlers_has_a_receipt(at, hears):
    first, second = hears(Hearer(), "tests.first"), hears(Hearer(failures=1), "tests.second")
    record("a")

    outbox.drain(at=at)
    assert (first.keys, second.keys) == (["a"], [])
    assert Event.objects.get().done_at is None

    outbox.drain(at=at + 10 * SECOND)
    assert (first.keys, second.keys) == (["a"], ["a"])
    assert Event.objects.get().done_at == at + 10 * SECOND
    assert set(Receipt.objects.values_list("handler", "at")) == {
        ("tests.first", at),
        ("tests.second", at + 10 * SECOND),
    }


def test_a_transactional_handler_and_its_receipt_are_one(at, hears):
    """What it wrote before it failed is gone, and so is the receipt."""

    def half(*, event, at):
        record("effect", name="tests.effect.made", at=at)
        raise ConnectionError

    hears(half)
    record("a")

    outbox.drain(at=at)

    assert not Event.objects.filter(name="tests.effect.made").exists()
    assert not Receipt.objects.exists()


def test_a_second_receipt_of_a_transactional_handler_does_nothing(at, hears):
    """Another relay was faster between reading the receipts and running the handler."""
    heard = hears(Hearer())
    record("a")
    event = Event.objects.get()
    [subscription] = registry.subscriptions(NAME)
    Receipt.objects.create(event=event, handler="tests.hear", at=at)

    assert outbox._handle(event, subscription, at)

    assert heard.keys == []


def test_a_handler_that_speaks_to_the_network_has_its_receipt_afterwards(at, hears):
    seen = []

    def handler(*, event, at):
        seen.append(Receipt.objects.count())

    hears(handler, transactional=False)
    record("a")

    outbox.drain(at=at)

    assert seen == [0]
    assert Receipt.objects.get().handler == "tests.hear"


def test_a_worker_that_died_before_the_receipt_is_finished_by_the_next(at, hears):
    """The lease holds the event for ten seconds, then it is started again."""
    died = Hearer()

    def dies(*, event, at):
        died.keys.append(event.key)
        if len(died.keys) == 1:
            raise SystemExit

    hears(dies, transactional=False)
    record("a", "b")
    with pytest.raises(SystemExit):
        outbox.relay(at=at)

    assert outbox.relay(at=at + SECOND) == 1
    assert died.keys == ["a", "b"]
    assert outbox.relay(at=at + 9 * SECOND) == 0
    assert outbox.relay(at=at + 10 * SECOND) == 1

    assert died.keys == ["a", "b", "a"]
    assert not Event.objects.filter(done_at__isnull=True).exists()
    assert not Failure.objects.exists()


def test_what_ends_its_worker_three_times_is_parked_and_the_others_flow(at, hears):
    def deadly(*, event, at):
        heard.append(event.key)
        if event.key == "poison":
            raise SystemExit

    heard: list[str] = []
    hears(deadly)
    record("poison", "good")

    for start in range(outbox.MAX_DEATHS):
        with pytest.raises(SystemExit):
            outbox.relay(at=at + start * outbox.LEASE)
    end = at + outbox.MAX_DEATHS * outbox.LEASE
    assert outbox.relay(at=end) == 2

    assert heard == ["poison"] * outbox.MAX_DEATHS + ["good"]
    poison = Event.objects.get(key="poison")
    assert (poison.parked_at, poison.done_at) == (end, None)
    failure = Failure.objects.get()
    assert (failure.handler, failure.error, failure.tries) == ("worker", "WorkerLost", 3)


def test_what_ended_its_worker_has_all_its_starts_again_when_a_person_says_so(at, hears):
    deaths = []

    def deadly(*, event, at):
        deaths.append(at)
        if len(deaths) <= outbox.MAX_DEATHS:
            raise SystemExit

    hears(deadly)
    record("poison")
    for start in range(outbox.MAX_DEATHS):
        with pytest.raises(SystemExit):
            outbox.relay(at=at + start * outbox.LEASE)
    end = at + outbox.MAX_DEATHS * outbox.LEASE
    outbox.relay(at=end)

    outbox.retry(event_id=Event.objects.get().pk)
    outbox.relay(at=end)

    assert Event.objects.get().done_at == end
    assert not Failure.objects.exists()


def test_failures_are_no_deaths(at, hears):
    hears(Hearer(failures=outbox.MAX_DEATHS + 1))
    record("a")

    outbox.drain(at=at)
    while Event.objects.get().done_at is None:
        at = Event.objects.get().lease_until
        outbox.drain(at=at)

    assert Event.objects.get().unended == 0
    assert Failure.objects.get().tries == outbox.MAX_DEATHS + 1


def test_a_relay_takes_no_more_events_than_it_can_begin_within_their_leases(at, hears, monkeypatch):
    """The moment is the same for the whole batch: what it leases late would be free already."""
    real_seconds = iter(range(0, 100, 6))
    monkeypatch.setattr(outbox.time, "monotonic", lambda: next(real_seconds))
    heard = hears(Hearer(), transactional=False)
    record("a", "b", "c")

    outbox.relay(at=at)

    assert heard.keys == ["a"]
    waiting = Event.objects.exclude(key="a")
    assert set(waiting.values_list("lease_until", "done_at")) == {(None, None)}
    assert outbox.drain(at=at) == 2
    assert heard.keys == ["a", "b", "c"]


def test_a_failing_handler_is_tried_again_ever_later(at, hears):
    hears(Hearer(failures=99))
    record("a")
    waits = []
    for _try in range(outbox.MAX_TRIES - 1):
        moment = Event.objects.get().lease_until or at
        outbox.drain(at=moment)
        later = Event.objects.get().lease_until
        assert outbox.relay(at=later - SECOND) == 0
        waits.append((later - moment).total_seconds())

    assert waits == [2, 4, 8, 16, 32, 64, 128]
    assert Event.objects.get().parked_at is None


def fail_until_parked(at):
    for _try in range(outbox.MAX_TRIES):
        at = Event.objects.get(key="bad").lease_until or at
        outbox.drain(at=at)
    return at


def test_after_the_last_try_it_is_parked_and_the_others_flow(at, hears):
    def picky(*, event, at):
        heard.append(event.key)
        if event.key == "bad":
            raise ValueError("341001198805179961")

    heard: list[str] = []
    hears(picky)
    record("bad", "good")

    end = fail_until_parked(at)
    record("later")
    outbox.drain(at=end + timedelta(days=1))

    assert heard == ["bad", "good", *["bad"] * (outbox.MAX_TRIES - 1), "later"]
    bad = Event.objects.get(key="bad")
    assert (bad.parked_at, bad.done_at) == (end, None)
    failure = Failure.objects.get()
    assert (failure.tries, failure.error, failure.at) == (outbox.MAX_TRIES, "ValueError", end)


def test_silence_of_the_other_side_never_parks(at, hears):
    def waits(*, event, at):
        raise registry.NotYet

    hears(waits)
    record("bad")

    end = fail_until_parked(fail_until_parked(at))

    bad = Event.objects.get()
    assert (bad.parked_at, bad.lease_until - end) == (None, timedelta(seconds=300))
    assert Failure.objects.get().tries == 2 * outbox.MAX_TRIES


def test_no_text_of_a_failure_is_kept_or_logged(at, hears, caplog):
    """A database error names the row's values."""
    hears(Hearer(failures=1))
    record("a")

    outbox.drain(at=at)

    assert Failure.objects.get().error == "ConnectionError"
    assert PRIVATE not in caplog.text
    assert f"event {Event.objects.get().pk}, tests.hear: ConnectionError" in caplog.text


def test_a_parked_event_gets_all_its_tries_again(at, hears):
    heard = hears(Hearer(failures=outbox.MAX_TRIES + 1))
    record("bad")
    end = fail_until_parked(at)

    outbox.retry(event_id=Event.objects.get().pk)
    outbox.drain(at=end)
    assert Failure.objects.get().tries == 1
    assert Event.objects.get().parked_at is None
    outbox.drain(at=end + 2 * SECOND)

    assert heard.keys == ["bad"]
    assert Event.objects.get().done_at == end + 2 * SECOND


def test_a_label_hears_a_name_once(hears):
    hears(Hearer())

    with pytest.raises(ValueError, match="hears"):
        hears(Hearer())

    assert len(registry.subscriptions(NAME)) == 1
