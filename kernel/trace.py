"""One id for everything that follows from one request, from the browser to the worker's log.

It stands in a context variable: in every log line (config.logging), in every outbox event and in
the headers of every task. What an event's handlers record carries the id on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

LENGTH = 64
_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of what is being done; empty where nobody asked for it."""
    return _current.get()


@contextmanager
def following(request_id: str) -> Iterator[None]:
    """What is done inside belongs to this request."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)


def is_id(text: str) -> bool:
    """Whether another's id may stand in our logs."""
    return _FORM.fullmatch(text) is not None


def into_line(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: say whose request a line belongs to."""
    if request_id := _current.get():
        line["request_id"] = request_id
    return line
