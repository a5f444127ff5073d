"""Races are run with real threads, each with a connection of its own, on a database of their own.

A twin is the same race without its guard. It does not hope for a bad moment: ``meet`` and
``interrupt`` bring it about, between looking and writing.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.inventory.models import Bucket
from tests.bookings.conftest import Shop, at, region, sellers, shop  # noqa: F401
from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401


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


def all_look_first(of: int) -> Callable[..., list[Any]]:
    """An ``inventory.take`` without lock or guard: everybody has looked before anybody writes."""
    seen = threading.Barrier(of, timeout=20)

    def take(groups: Sequence[Any], **_how: Any) -> list[Any]:
        answers: list[Any] = []
        for group in groups:
            room = counts.left(demand.bucket_id for demand in group)
            seen.wait()
            short = [d for d in group if room[d.bucket_id] < d.units]
            answers.append(inventory.Shortage(short[0].bucket_id, 1, 0) if short else None)
            for demand in () if short else group:
                Bucket.objects.filter(pk=demand.bucket_id).update(taken=F("taken") + demand.units)
        return answers

    return take


KEPT_OUT_S = 0.3
"""So long somebody is waited for whom a guard keeps out."""

NOT_KEPT_OUT_S = 20.0
"""So long at most where there is no guard: nobody has to wait."""


class Door:
    """Where ``of`` threads wait for each other, once each; whom a guard keeps out, not for long."""

    def __init__(self, of: int, within_s: float = NOT_KEPT_OUT_S) -> None:
        self._barrier, self._came = threading.Barrier(of, timeout=within_s), set[int]()

    def wait(self) -> None:
        if threading.get_ident() not in self._came:
            self._came.add(threading.get_ident())
            with contextlib.suppress(threading.BrokenBarrierError):
                self._barrier.wait()


def meet(
    patch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    *,
    of: int,
    within_s: float = NOT_KEPT_OUT_S,
    after: bool = False,
) -> None:
    """Whoever is about to call ``owner.name``, or has just done so, waits for the others there."""
    call, door = getattr(owner, name), Door(of, within_s)

    def wait_and_call(*words: Any, **named: Any) -> Any:
        if not after:
            door.wait()
        found = call(*words, **named)
        if after:
            door.wait()
        return found

    patch.setattr(owner, name, wait_and_call)


def interrupt(
    patch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    other: Callable[[], Any],
    *,
    within_s: float = NOT_KEPT_OUT_S,
    when: Callable[..., bool] = lambda *_words, **_named: True,
) -> Callable[[Callable[[], Any]], list[Any]]:
    """Let ``other`` run in a thread of its own where somebody is about to call ``owner.name``, once.

    Returns what runs ``first`` so; then the results or exceptions of both.
    """
    call, begin, over = getattr(owner, name), threading.Event(), threading.Event()

    def let_and_call(*words: Any, **named: Any) -> Any:
        if when(*words, **named) and not begin.is_set():
            begin.set()
            over.wait(within_s)
        return call(*words, **named)

    def then() -> Any:
        assert begin.wait(NOT_KEPT_OUT_S), f"{name} was not called"
        try:
            return other()
        finally:
            over.set()

    patch.setattr(owner, name, let_and_call)
    return lambda first: run_together(first, then)


def unlock(patch: pytest.MonkeyPatch) -> None:
    """No row is locked any more by who reads it."""
    patch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows.all())


def drop_constraint(table: str, name: str) -> None:
    """Take a CHECK or a UNIQUE away from this test's own database."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


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
