"""A kept connection that has died is noticed without asking it anything."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.db import connections

from kernel.postgres.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection as a thread keeps it between requests."""
    made = connections.create_connection("default")
    assert isinstance(made, DatabaseWrapper)
    made.health_check_enabled = True
    made.ensure_connection()
    yield made
    made.close()


@pytest.fixture
def other() -> Iterator[DatabaseWrapper]:
    made = connections.create_connection("default")
    assert isinstance(made, DatabaseWrapper)
    yield made
    made.close()


def one_from(connection: DatabaseWrapper, sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_a_living_connection_is_kept_and_asked_nothing(kept):
    kept.force_debug_cursor = True
    raw = kept.connection

    assert kept.is_usable()

    assert one_from(kept, "SELECT 7") == 7
    assert kept.connection is raw
    assert [query["sql"] for query in kept.queries] == ["SELECT 7"]


def test_a_connection_that_the_server_has_ended_is_replaced(kept, other):
    pid = one_from(kept, "SELECT pg_backend_pid()")
    one_from(other, f"SELECT pg_terminate_backend({pid})")
    deadline = time.monotonic() + 5
    while kept.is_usable() and time.monotonic() < deadline:
        time.sleep(0.01)

    kept.health_check_done = False

    assert one_from(kept, "SELECT pg_backend_pid()") != pid


def test_what_was_closed_on_our_side_is_not_usable(kept):
    kept.connection.close()

    assert not kept.is_usable()
