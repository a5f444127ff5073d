"""Faults: real processes that are killed, stopped, cut off and starved, and what must hold then.

How to add a fault, in a file ``test_<what_breaks>.py``::

    @pytest.mark.core                                   # only when it belongs to CI's five minutes
    def test_the_web_survives_x(world, report):
        with world(processes=("web",), proxied=("postgres",)) as site:  # also worker, beat, sandbox
            with site.crowd(500, site.things(3), threads=8) as crowd:   # buyers who retry with their key
                ...break something: site.kill("web"), site.kill_server("PostgreSQL"),
                   site.proxies["postgres"].is_black_hole = True, os.kill(pid, signal.SIGSTOP)...
            row = report("F99", "what was done")
            figures.fill(row, crowd.ops, sandbox=site.sandbox_book)
            row.unavailable_s = crowd.longest_gap_s()
            row.assert_whole()
            assert figures.settle() == []               # every invariant, once the facts have settled

``report`` keeps the row; all rows are printed as a table at the end and written to the file that
QUANYU_FAULTS_JSON names. ``repeats(core, long)`` says how often, by `--long`. `manage.py test --faults`
runs this folder in one process; `-m core` its core. Everything dies with the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker
from pytest_socket import enable_socket, socket_allow_hosts

from tests.faults.report import Report, table, write
from tests.faults.world import ALL, Stage, World, open_world

IS_LONG = bool(os.environ.get("QUANYU_LONG"))
_reports: list[Report] = []


def repeats(core: int, long: int) -> int:
    """How often something is done: a few times, or with --long as often as the issue asks."""
    return long if IS_LONG else core


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            # The servers of the session are nobody's time: on a busy machine they take minutes.
            item.add_marker(pytest.mark.timeout(1800 if IS_LONG else 180, func_only=True))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _reports:
        terminalreporter.write_line(table(_reports))
    if _reports and (path := os.environ.get("QUANYU_FAULTS_JSON")):
        write(_reports, Path(path))


@pytest.fixture(autouse=True)
def loopback(no_network: None) -> None:
    """Here processes speak over the loopback."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def stage(django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The servers of this session; made when the first fault asks for them."""
    with django_db_blocker.unblock(), Stage() as made:
        yield made


@pytest.fixture
def world(
    stage: Stage, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[..., AbstractContextManager[World]]]:
    """``with world(...) as site``: a whole site on a database of its own."""
    with django_db_blocker.unblock():
        yield lambda **options: open_world(stage, **options)


@pytest.fixture(scope="module")
def shop(stage: Stage, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One site for a whole file whose faults leave it as good as new: starting one takes seconds."""
    with django_db_blocker.unblock(), open_world(stage, processes=ALL) as site:
        yield site


@pytest.fixture
def report() -> Callable[..., Report]:
    """A row of the table of faults."""

    def make(fault: str, what: str, **figures: Any) -> Report:
        _reports.append(Report(fault, what, **figures))
        return _reports[-1]

    return make
