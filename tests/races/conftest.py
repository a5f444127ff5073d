"""Races are run with real threads, each with a connection of its own, on a database of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from tests.bookings.conftest import Shop, at, region, sellers, shop  # noqa: F401


def run_together(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls at the same moment, each in its thread; their results or exceptions, in order."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def of_type(results: Sequence[Any], kind: type) -> int:
    """How many results are of a type."""
    return sum(isinstance(result, kind) for result in results)


@pytest.fixture
def db(fresh_db: str) -> str:
    """In races every fixture that asks for the database gets the fresh one."""
    return fresh_db


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker: Any, fresh_db: str):  # type: ignore[no-untyped-def]
    with django_db_blocker.unblock():
        yield
