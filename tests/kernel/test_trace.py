"""One id from the request to the last line that follows from it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest
from django.test import Client

from config.celery import app
from kernel import trace
from kernel.outbox import operations as outbox
from kernel.outbox import registry
from kernel.outbox.models import Event

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def event_lines(monkeypatch, caplog):
    """What the worker writes of the events it deals with."""
    monkeypatch.setattr(logging.getLogger("quanyu.events"), "handlers", [caplog.handler])
    caplog.set_level(logging.INFO, logger="quanyu.events")

    def read() -> list[dict[str, object]]:
        return [
            json.loads(record.getMessage())
            for record in caplog.records
            if record.name == "quanyu.events"
        ]

    return read


@pytest.fixture
def chain():
    """A fact whose handler records another, as paying does; what was current meanwhile."""
    seen = []

    def first(*, event, at):
        seen.append(trace.current())
        outbox.record(name="tests.trace.second", key="2", facts={}, at=at)

    def second(*, event, at):
        seen.append(trace.current())

    registry.subscribe("tests.trace.first", first, label="tests.first")
    registry.subscribe("tests.trace.second", second, label="tests.second")
    yield seen
    registry.unsubscribe("tests.trace.first", "tests.first")
    registry.unsubscribe("tests.trace.second", "tests.second")


@pytest.mark.django_db
@pytest.mark.urls("tests.kernel.web.sample_urls")
def test_a_post_is_followed_to_the_last_line_of_the_worker(chain, event_lines):
    response = Client().post("/en/record/")

    assert Event.objects.get().request_id == response["X-Request-Id"]
    outbox.drain(at=AT)

    lines = event_lines()
    assert [line["name"] for line in lines] == ["tests.trace.first", "tests.trace.second"]
    assert {line["request_id"] for line in lines} == {response["X-Request-Id"]}
    assert chain == [response["X-Request-Id"]] * 2
    assert trace.current() == ""


def test_a_task_carries_the_id_of_who_woke_the_worker():
    sent = {}
    with app.connection_for_write("memory://") as memory, trace.following("of-the-request"):
        queue = memory.SimpleQueue("tests")
        app.send_task("tests.any", connection=memory, queue="tests")
        sent = queue.get(timeout=5).headers

    assert sent["request_id"] == "of-the-request"


def test_a_task_runs_under_the_id_that_it_was_sent_with():
    seen = []

    @app.task(name="tests.tasks.seen")
    def look(**_):
        seen.append(trace.current())

    for request in ({"id": "task-1", "request_id": "of-the-request"}, {"id": "task-2"}):
        look.push_request(**request)
        look()
        look.pop_request()
    app.tasks.pop("tests.tasks.seen")

    assert seen == ["of-the-request", "task-2"]
    assert trace.current() == ""


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("0123456789abcdef", True),
        ("a" * 64, True),
        ("4bf92f35-77b3.x_", True),
        ("short", False),
        ("a" * 65, False),
        ("with space in it", False),
        ("line\nbreak-1234", False),
        ("请求编号请求编号", False),
        ("", False),
    ],
)
def test_only_a_plain_word_is_an_id(text, is_id):
    assert trace.is_id(text) is is_id


def test_a_line_names_the_request_it_belongs_to():
    assert trace.into_line(None, "", {"event": "x"}) == {"event": "x"}
    with trace.following("of-the-request"):
        assert trace.into_line(None, "", {"event": "x"}) == {
            "event": "x",
            "request_id": "of-the-request",
        }
