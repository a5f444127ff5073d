"""Connections to PostgreSQL for as many requests as work at a time, not for every thread there is.

Django keeps one a thread. Of the many threads that may wait (kernel.web.overload) few work at a time,
and it would be another few each time: a crowd of a hundred would open a hundred connections, which
costs more than what it has come for, and hold them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


class Lending:
    """Keeps connections and gives each to one thread at a time; the one that came back last goes first."""

    def __init__(self) -> None:
        self._kept: deque[Any] = deque()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """This thread works on one of them meanwhile. Django looks after it as after a thread's own."""
        own = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = one = self._take()
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own
            if not one.in_atomic_block:
                self._kept.append(one)

    def _take(self) -> Any:
        try:
            return self._kept.pop()
        except IndexError:
            made = connections.create_connection(DEFAULT_DB_ALIAS)
            made.inc_thread_sharing()
            return made
