"""What only real commits can show: order by visibility, and no fact outside a transaction."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.kernel.outbox.conftest import NAME, record


@pytest.fixture(autouse=True)
def committed(fresh_db, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def numbers() -> list[tuple[str, int | None]]:
    return list(Event.objects.order_by("pk").values_list("key", "number"))


def test_a_fact_is_recorded_in_a_transaction_or_not_at_all(at):
    with pytest.raises(RuntimeError, match="in the transaction that makes it true"):
        outbox.record(name=NAME, key="a", facts={}, at=at)

    assert not Event.objects.exists()


class SlowTransaction:
    """Another connection that has recorded a fact and has not committed yet."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.recorded, self.go = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self.thread.start()
        self.recorded.wait()

    def __exit__(self, *_error: object) -> None:
        self.go.set()
        self.thread.join()

    def _run(self) -> None:
        with transaction.atomic():
            record(self.key)
            self.recorded.set()
            self.go.wait()
        connection.close()


def test_numbers_follow_the_order_of_the_commits_and_have_no_gaps(at):
    """A cursor over ids would have passed the slow one by."""
    with SlowTransaction("slow"):
        with transaction.atomic():
            record("fast")
        outbox.publish(at=at)
        assert numbers() == [("fast", 1)]

    outbox.publish(at=at)

    assert numbers() == [("slow", 2), ("fast", 1)]


def test_while_one_publishes_another_leaves_it_to_that_one(at):
    with transaction.atomic():
        record("a")
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [outbox._PUBLISHER])
            held.set()
            go.wait()
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    assert outbox.publish(at=at) == 0
    go.set()
    thread.join()

    assert outbox.publish(at=at) == 1
