"""A worker is woken after the commit; a broker that is down costs a request nothing but that."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from kombu.exceptions import OperationalError

from config.celery import app
from kernel.outbox import operations as outbox
from kernel.outbox import tasks
from kernel.outbox.models import Event
from tests.kernel.outbox.conftest import Hearer, record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rested(monkeypatch):
    monkeypatch.setattr(outbox, "_next_kick", 0.0)


@pytest.fixture(autouse=True)
def heard(hears):
    """Nobody is woken for news that nobody hears."""
    hears(Hearer())


@pytest.fixture
def seconds(monkeypatch):
    """The process's own clock, moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(outbox.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def woken(monkeypatch):
    calls: list[dict[str, object]] = []
    monkeypatch.setattr(tasks.relay, "apply_async", lambda **options: calls.append(options))
    return calls


def commit(capture, *keys):
    with capture(execute=True):
        record(*keys)


def test_a_worker_is_woken_by_the_commit(woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record("a", "b")
        assert woken == []

    assert woken == [{"retry": False, "expires": 5}]


def test_it_is_woken_twenty_times_a_second_at_most(
    woken, seconds, django_capture_on_commit_callbacks
):
    for moment in (1000.0, 1000.04, 1000.06, 1000.09, 1000.2):
        seconds[0] = moment
        commit(django_capture_on_commit_callbacks, "a")

    assert len(woken) == 3


def test_a_broker_that_is_down_is_left_alone_for_a_while(
    monkeypatch, seconds, django_capture_on_commit_callbacks
):
    asked: list[float] = []

    def down(**_options):
        asked.append(seconds[0])
        raise OperationalError

    monkeypatch.setattr(tasks.relay, "apply_async", down)
    for moment in (1000.0, 1001.0, 1009.0, 1010.0):
        seconds[0] = moment
        commit(django_capture_on_commit_callbacks, "a")

    assert asked == [1000.0, 1010.0]
    assert Event.objects.count() == 4


@pytest.fixture
def deaf_broker(monkeypatch, socket_enabled) -> Iterator[list[object]]:
    """Something that takes connections and drops each; who came is in the list."""
    callers: list[object] = []
    server = socket.create_server(("127.0.0.1", 0))

    def drop() -> None:
        while True:
            try:
                link, caller = server.accept()
            except OSError:
                return
            callers.append(caller)
            link.close()

    thread = threading.Thread(target=drop)
    thread.start()
    url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    forget_connections(monkeypatch)
    yield callers
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def forget_connections(monkeypatch):
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


def test_a_real_broker_that_is_down_is_asked_once_and_the_event_is_delivered_by_the_sweep(
    deaf_broker, hears, at, django_capture_on_commit_callbacks, caplog
):
    heard = Hearer()
    hears(heard, "tests.hear-too")

    commit(django_capture_on_commit_callbacks, "a")
    tasks.relay()

    assert len(deaf_broker) == 1
    assert "the broker cannot be reached" in caplog.text
    assert heard.keys == ["a"]


def test_news_that_nobody_hears_wakes_nobody(woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record("a", name="tests.thing.unheard")

    assert woken == []
    assert Event.objects.count() == 1
