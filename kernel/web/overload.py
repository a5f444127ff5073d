"""Overload is a state, not an accident: so much work at a time, a short wait, then an honest 503.

Stands before Django. The server has more threads than may work at once: a request waits here, where
the wait is measured, and not unseen in the server's queue. Who cannot begin within ``PATIENCE_S``, or
finds too many waiting, hears at once when to come back. Vital paths (gates, payments, the watch) have
places of their own, so a crowd never stands before them. See docs/adr/0007-overload.md.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, NoReturn

from kernel.metrics import Counter
from kernel.web import overload_pages

PATIENCE_S = 1.0
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

    def __init__(self, *, working: int, waiting: int, patience_s: float = PATIENCE_S) -> None:
        self._free, self._most, self._patience_s = working, waiting, patience_s
        self._waiting: deque[Lock] = deque()
        self._lock = Lock()

    def take(self) -> bool:
        """A place, maybe after a wait; False: come back later."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if len(self._waiting) >= self._most:
                return False
            seat = Lock()
            seat.acquire()
            self._waiting.append(seat)
        return seat.acquire(timeout=self._patience_s) or self._was_given(seat)

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


class Guard:
    """A WSGI application before another one: lets in as many requests as can be answered in time.

    ``vital`` matches the paths (from their beginning) that have ``vital_places``.
    """

    def __init__(
        self, application: Application, *, vital: str, places: Places, vital_places: Places
    ) -> None:
        self._application, self._is_vital = application, re.compile(vital).match
        self.places, self.vital_places = places, vital_places

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        is_vital = self._is_vital(environ["PATH_INFO"]) is not None
        places = self.vital_places if is_vital else self.places
        if not places.take():
            turned_away.add("vital" if is_vital else "ordinary")
            return overload_pages.answer(environ, start_response)
        try:
            return self._application(environ, start_response)
        except MemoryError:
            leave()
        finally:
            places.give_back()
