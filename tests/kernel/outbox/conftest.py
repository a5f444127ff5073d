"""Handlers that are heard of only while a test runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel.outbox import operations as outbox
from kernel.outbox import registry
from kernel.outbox.models import Event

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
NAME = "tests.thing.happened"
PRIVATE = "161 0000 0001 is busy"


@pytest.fixture
def at() -> datetime:
    return AT


class Hearer:
    """A handler that remembers what it heard and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.keys: list[str] = []

    def __call__(self, *, event: Event, at: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError(PRIVATE)
        self.keys.append(event.key)


@pytest.fixture(name="hears")
def hearing() -> Iterator[Callable[..., Any]]:
    """Subscribe a handler to the tests' event for this test."""
    labels: list[str] = []

    def subscribe(handler: Any, label: str = "tests.hear", *, transactional: bool = True) -> Any:
        registry.subscribe(NAME, handler, label=label, transactional=transactional)
        labels.append(label)
        return handler

    yield subscribe
    for label in labels:
        registry.unsubscribe(NAME, label)


def record(*keys: str, name: str = NAME, at: datetime = AT) -> None:
    """Several facts, each with its key."""
    outbox.record_many([outbox.News(name, key, {"id": 1}) for key in keys], at=at)
