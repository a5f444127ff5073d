"""Requests of one kind that arrive together are answered together, by one thread in one round.

Stands between the guard and Django. Threads that each answer one order wait for the interpreter, for
a session, for the group and for the interpreter again; here one of them answers all that have
arrived (kernel.turns), on the one connection that this process keeps for them, and the others only
carry answers out. A lone request is answered by its own thread at once. See docs/adr/0009-rounds.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from kernel import turns
from kernel.grouping import Grouping

MOST_BYTES = 20_000
"""A larger body is answered by its own thread: reading forms is work that company would wait for."""
_SHORT = re.compile("[0-9]{1,5}")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Company:
    """A WSGI application before another one; ``paths`` matches whole paths whose POSTs share rounds."""

    def __init__(self, application: Application, *, paths: str) -> None:
        self._application, self._is_ours = application, re.compile(paths).fullmatch
        self._grouping: Grouping[Environ, _Answer] = Grouping(
            self._answer_all, rescue=lambda _error: False
        )
        self._connection: Any = None

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self._joins(environ):
            return self._application(environ, start_response)
        # A body that comes slowly keeps nobody waiting: it is here before its request joins.
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        answer = self._grouping.submit(environ)
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _joins(self, environ: Environ) -> bool:
        length = environ.get("CONTENT_LENGTH") or ""
        return (
            environ["REQUEST_METHOD"] == "POST"
            and self._is_ours(environ["PATH_INFO"]) is not None
            and settings.QUANYU_GROUPING
            and _SHORT.fullmatch(length) is not None
            and int(length) <= MOST_BYTES
        )

    def _answer_all(self, environs: Sequence[Environ]) -> Sequence[_Answer | BaseException]:
        with self._on_one_connection():
            return turns.Round().run([partial(self._answer, environ) for environ in environs])

    def _answer(self, environ: Environ) -> _Answer:
        begun: list[Any] = []
        response = self._application(environ, lambda *words: begun.extend(words))
        turns.once_a_round(_close, response)
        body = b"".join(response)
        return _Answer(begun[0], begun[1], body)

    @contextmanager
    def _on_one_connection(self) -> Iterator[None]:
        """Whoever leads uses the process's own connection for rounds, where every statement of the
        rush is planned already. There is one leader at a time.

        What it leaves aside is its own, which requests of a round do not look after: where it is
        too old it goes, for others may wait for it.
        """
        own = connections[DEFAULT_DB_ALIAS]
        own.close_if_unusable_or_obsolete()
        connections[DEFAULT_DB_ALIAS] = self._common_or(own)
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own

    def _common_or(self, own: Any) -> Any:
        """The connection for rounds, or, where PostgreSQL gives no more, the leader's."""
        if self._connection is None:
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
            self._connection.inc_thread_sharing()
        try:
            self._connection.ensure_connection()
        except OperationalError:
            return own
        return self._connection


def _close(responses: Sequence[Any]) -> None:
    """Django takes leave of its requests: a WSGI server does so after sending."""
    for response in responses:
        response.close()
