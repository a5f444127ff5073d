"""What every test has: no network, and for races a database of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker
from pytest_socket import disable_socket, enable_socket
from xdist.scheduler import LoadScopeScheduling

from accounts.messages import quiet
from tests.scheduling import ByUnit


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByUnit(config, log)


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Unix sockets and the loopback only."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests read the source's words: a request of an earlier test may have left others active."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def nobody_sleeps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages go out whatever the hour at which the tests run; only tests of messages know quiet hours."""
    if not {"messages", "news", "faults", "e2e"} & set(request.path.parts):
        monkeypatch.setattr(quiet, "end_of_quiet", lambda *_when: None)


@pytest.fixture
def fresh_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A new clone of the migrated template, for tests with real commits and threads."""
    with fresh_database(django_db_blocker) as name:
        yield name


@contextmanager
def fresh_database(blocker: DjangoDbBlocker) -> Iterator[str]:
    """The same for as long as one likes: the database of a whole module, say.

    Never a flush: the ledger refuses TRUNCATE. The clone is dropped at the end.
    """
    name = f"fresh_{uuid.uuid4().hex[:12]}"
    database = connections.settings["default"]
    usual = database["NAME"]
    with blocker.unblock():
        connection.close()
        _postgres(f'CREATE DATABASE "{name}" TEMPLATE "quanyu" STRATEGY FILE_COPY')
        database["NAME"] = connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connections.close_all()
            database["NAME"] = connection.settings_dict["NAME"] = usual
            _postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _postgres(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
