"""Many threads come, few work at a time: they share as many connections as that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from kernel.web.overload import Guard, Places

CROWD, WORKING = 24, 3


def guarded(application: Callable[..., Any]) -> Guard:
    places = Places(working=WORKING, waiting=CROWD)
    return Guard(application, vital="/none", places=places, vital_places=places)


@pytest.fixture
def crowd() -> Callable[..., list[Any]]:
    """So many threads, each of them new to PostgreSQL, ask at the same moment; what they are told."""

    def ask(guard: Guard) -> list[Any]:
        start = threading.Barrier(CROWD)

        def one(_number: int) -> Any:
            start.wait()
            try:
                return guard({"PATH_INFO": "/x"}, lambda *_words: None)
            finally:
                connection.close()

        with ThreadPoolExecutor(CROWD) as pool:
            return list(pool.map(one, range(CROWD)))

    return ask


def backend() -> int:
    """The process of PostgreSQL that serves this thread now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), pg_sleep(0.01)")
        return int(cursor.fetchone()[0])


def test_a_crowd_has_as_many_connections_as_work_at_a_time(crowd):
    served = crowd(guarded(lambda _environ, _start: [backend()]))

    assert len(served) == CROWD
    assert len({pid for (pid,) in served}) <= WORKING


def test_no_two_work_on_one_at_the_same_time(crowd):
    at_work: list[int] = []
    met: list[int] = []

    def work(_environ: Any, _start: Any) -> list[int]:
        pid = backend()
        met.extend(each for each in at_work if each == pid)
        at_work.append(pid)
        time.sleep(0.005)
        at_work.remove(pid)
        return [pid]

    crowd(guarded(work))

    assert met == []


def test_what_somebody_left_in_a_transaction_nobody_else_gets():
    guard = guarded(lambda _environ, _start: [transaction.atomic().__enter__(), backend()])
    [_nothing, left] = guard({"PATH_INFO": "/x"}, lambda *_words: None)

    [_nothing, other] = guard({"PATH_INFO": "/x"}, lambda *_words: None)

    assert other != left


def test_the_thread_has_its_own_back_whatever_happens():
    own = connections[DEFAULT_DB_ALIAS]

    def work(_environ: Any, _start: Any) -> list[int]:
        assert connections[DEFAULT_DB_ALIAS] is not own
        raise ValueError("at work")

    with pytest.raises(ValueError, match="at work"):
        guarded(work)({"PATH_INFO": "/x"}, lambda *_words: None)

    assert connections[DEFAULT_DB_ALIAS] is own


def test_one_that_postgresql_has_ended_is_opened_anew(crowd, monkeypatch):
    for name, value in {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}.items():
        monkeypatch.setitem(connections.settings[DEFAULT_DB_ALIAS], name, value)

    def work(_environ: Any, _start: Any) -> list[int]:
        request_started.send(sender=None)  # what Django does first: it looks after what it has
        return [backend()]

    guard = guarded(work)
    before = {pid for (pid,) in crowd(guard)}
    assert {pid for (pid,) in crowd(guard)} <= before
    end(before)

    after = {pid for (pid,) in crowd(guard)}

    assert before & after == set()


def end(pids: Collection[int]) -> None:
    """As a restart of PostgreSQL would; they are gone when this returns."""
    gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [list(pids)])
        for _wait in range(500):
            cursor.execute(gone, [list(pids)])
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.01)
    raise AssertionError("they do not end")
