"""Overload is a state, not an accident: so much work at a time, a short wait, then an honest 503.

Stands before Django. The server has more threads than may work at once: a request waits here, where
the wait is measured, and not unseen in the server's queue. Who cannot begin within the places' patience,
or finds too many waiting, hears at once when to come back. Shares have places of their own: a crowd on
pages never stands before gates, payments and the watch, nor before orders. See docs/adr/0007-overload.md.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NoReturn

from kernel.metrics import Counter
from kernel.web import overload_pages

_NO_MEMORY = 70
"""The exit code of a process that ran out of memory."""

turned_away = Counter(
    "quanyu_turned_away_total", "Requests that were told to come back later.", ("share",)
)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def leave() -> NoReturn:
    """A process without memory can promise nothing any more: it goes, and the server starts another."""
    os._exit(_NO_MEMORY)


class Places:
    """So many may work at a time, so many may wait for it, first come first served."""

    def __init__(self, *, working: int, waiting: int, patience_s: float) -> None:
        self.working, self.waiting, self.patience_s = working, waiting, patience_s
        self._free = working
        self._waiting: deque[Lock] = deque()
        self._lock = Lock()

    def take(self) -> bool:
        """A place, maybe after a wait; False: come back later."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if len(self._waiting) >= self.waiting:
                return False
            seat = Lock()
            seat.acquire()
            self._waiting.append(seat)
        return seat.acquire(timeout=self.patience_s) or self._was_given(seat)

    def _was_given(self, seat: Lock) -> bool:
        """The patience is over: whether the place came in the same moment."""
        with self._lock:
            if seat not in self._waiting:
                return True
            self._waiting.remove(seat)
            return False

    def give_back(self) -> None:
        """Hand the place to the one who has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


@dataclass(frozen=True, slots=True)
class Share:
    """The places of all requests whose path matches ``paths`` from its beginning."""

    name: str
    paths: re.Pattern[str]
    places: Places


class Guard:
    """A WSGI application before another one: lets in as many requests as can be answered in time.

    A request belongs to the first of ``shares`` that matches; the last one matches every path.
    """

    def __init__(self, application: Application, *, shares: Sequence[Share]) -> None:
        self._application, self.shares = application, shares

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        share = next(share for share in self.shares if share.paths.match(path))
        if not share.places.take():
            turned_away.add(share.name)
            return overload_pages.answer(environ, start_response)
        try:
            return self._application(environ, start_response)
        except MemoryError:
            leave()
        finally:
            share.places.give_back()
