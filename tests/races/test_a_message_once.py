"""One fact is told once though two workers hear of it; one message is handed over by one of them."""

from __future__ import annotations

import threading

import pytest

from accounts.messages import channels, kinds, operations
from accounts.messages.models import Message
from accounts.messages.operations import deliver, write
from tests.races.conftest import drop_constraint, meet, of_type, run_together

AT_ONCE = 2


class Box:
    """A gateway that counts what it is given."""

    name = "SMS"

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.lock = threading.Lock()

    def deliver(self, letter: channels.Letter) -> None:
        with self.lock:
            self.keys.append(letter.key)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    made = Box()
    monkeypatch.setitem(channels._channels, "SMS", made)
    return made


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds._kinds, "test.race", kinds.Kind("test.race", "Hello", {}))


def tell(at, keys=("k1",)) -> int:
    notes = [operations.Note("test.race", key, {}, to="16100000001", language="en") for key in keys]
    return operations.tell(notes, at=at)


def test_two_workers_that_hear_of_one_fact_tell_it_once(box, at, monkeypatch):
    meet(monkeypatch, write, "_insert", of=AT_ONCE)

    written = run_together(lambda: tell(at), lambda: tell(at))

    assert sorted(written) == [0, 1]
    assert Message.objects.count() == 1


def test_without_the_unique_key_it_would_be_told_twice(box, at, monkeypatch):
    drop_constraint("accounts_messages_message", "accounts_messages_message_key_key")

    names = ["kind" if name == "template" else name for name in write._COLUMNS]

    def insert_whatever_is_there(rows):
        made = [Message(**dict(zip(names, row, strict=True))) for row in rows]
        return {row.key: row.pk for row in Message.objects.bulk_create(made)}

    monkeypatch.setattr(write, "_insert", insert_whatever_is_there)
    meet(monkeypatch, write, "_insert", of=AT_ONCE)

    written = run_together(lambda: tell(at), lambda: tell(at))

    assert written == [1, 1]
    assert Message.objects.count() == 2


def test_those_who_tell_many_in_another_order_do_not_wait_for_each_other_in_a_ring(box, at):
    keys = [f"k{n}" for n in range(50)]

    written = run_together(lambda: tell(at, keys), lambda: tell(at, keys[::-1]))

    assert of_type(written, Exception) == 0
    assert sum(written) == len(keys) == Message.objects.count()


def test_two_workers_hand_each_message_over_once(box, at):
    keys = [f"k{n}" for n in range(60)]
    tell(at, keys)

    run_together(*[lambda: operations.deliver_due(at=at)] * AT_ONCE)

    assert len(box.keys) == len(set(box.keys)) == len(keys)


def test_without_the_claim_both_would_hand_it_over(box, at, monkeypatch):
    tell(at)

    def look(_at, _ids):
        rows = deliver.Delivery.objects.filter(state="WAITING")
        return list(rows.values_list("pk", flat=True))

    monkeypatch.setattr(deliver, "_claim", look)
    meet(monkeypatch, deliver, "_hand_over", of=AT_ONCE)

    run_together(*[lambda: operations.deliver_due(at=at, most=1)] * AT_ONCE)

    assert len(box.keys) == 2
