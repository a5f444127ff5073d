"""Rows by the million: sessions that check nothing, tables whose indexes are built afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

from django.db import connection

_SESSIONS = 2


@contextmanager
def no_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Rows go in without touching indexes; REINDEX makes them whole and valid again."""
    change = (
        "UPDATE pg_index SET indisready = {0}, indisvalid = {0}"
        " WHERE indrelid = ANY(%s::regclass[])"
    )
    with connection.cursor() as cursor:
        cursor.execute(change.format("false"), [list(tables)])
        yield


@contextmanager
def bulk_session() -> Iterator[None]:
    """A session for bulk work: no foreign-key and ledger triggers, no timeouts, much memory."""
    settings = {
        "session_replication_role": "replica",
        "statement_timeout": "0",
        "lock_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "synchronous_commit": "off",
        "maintenance_work_mem": "1GB",
        "work_mem": "256MB",
    }
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET {name} = '{value}'")
    try:
        yield
    finally:
        connection.close()


def run_all(statements: Iterable[str]) -> None:
    """Run statements in some sessions at once."""
    waiting: SimpleQueue[str | None] = SimpleQueue()
    for statement in (*statements, *[None] * _SESSIONS):
        waiting.put(statement)
    with ThreadPoolExecutor(_SESSIONS) as pool:
        for done in [pool.submit(_run_waiting, waiting) for _ in range(_SESSIONS)]:
            done.result()


def _run_waiting(waiting: SimpleQueue[str | None]) -> None:
    with bulk_session(), connection.cursor() as cursor:
        while statement := waiting.get():
            cursor.execute(statement)


def largest_first(tables: Sequence[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[])"
            " ORDER BY pg_relation_size(oid) DESC",
            [list(tables)],
        )
        return [name for (name,) in cursor.fetchall()]
