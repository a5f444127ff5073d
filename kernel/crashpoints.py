"""Places where a process can be made to die: before and after every commit and every outside call.

With QUANYU_CRASHPOINTS=<folder>, on throw-away servers only, each point that is passed is written
down in <folder>/passed; the first process that comes to a point which has a file in <folder>/armed/
takes that file away and ends at once, as `kill -9` ends it; where the file says "stop", it stands
still instead, until it gets SIGCONT. A point is named by what happens there
and by the line of ours that asked for it. Without the variable every function here gives back what it
was given, so that nothing is in anybody's way.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

P = ParamSpec("P")
R = TypeVar("R")

_OURS = re.compile(r"(kernel|accounts|bookings|tourism|transport|portal|config)\.")
_PLUMBING = re.compile(r"kernel\.(crashpoints|postgres|http)\b|.*\.providers\b")
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH|MERGE)\b|.*\bCOMMIT\b", re.I | re.S)
_KILLED = 137


def around(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator that puts a point before and after a function: ``what`` is "commit" or "call"."""

    def guard(work: Callable[P, R]) -> Callable[P, R]:
        if not settings.QUANYU_CRASHPOINTS:
            return work

        @wraps(work)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            return _between(what, lambda: work(*args, **kwargs))

        return guarded

    return guard


def statement_wrappers() -> list[Callable[..., Any]]:
    """What a connection puts around its statements: a write outside a transaction is a commit, too."""
    return [_around_write] if settings.QUANYU_CRASHPOINTS else []


def _around_write(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if context["connection"].in_atomic_block or not _WRITES.match(sql):
        return execute(sql, params, many, context)
    return _between("write", lambda: execute(sql, params, many, context))


def _between(what: str, work: Callable[[], R]) -> R:
    name = f"{what} {_asked_by(sys._getframe(2))}"
    _pass(f"before {name}")
    result = work()
    _pass(f"after {name}")
    return result


def _asked_by(frame: FrameType | None) -> str:
    """The nearest line of ours that is no plumbing; for a handler of news its label, too."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if _OURS.match(module) and not _PLUMBING.match(module):
            handler = getattr(frame.f_locals.get("subscription"), "label", "")
            place = f"{module}.{frame.f_code.co_name}:{frame.f_lineno}"
            return f"{place} for {handler}" if handler else place
        frame = frame.f_back
    return "nobody"


def _pass(point: str) -> None:
    folder = Path(settings.QUANYU_CRASHPOINTS)
    with (folder / "passed").open("a") as passed:
        passed.write(f"{point}\n")
    armed = folder / "armed" / point
    try:
        order = armed.read_text()
        armed.unlink()
    except FileNotFoundError:
        return
    if order == "stop":
        # To this very thread: sent to the process, another one may take it while this goes on.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    else:
        os._exit(_KILLED)
