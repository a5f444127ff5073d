"""An outside party that does not answer is left alone for a while: nobody waits for what will not come.

After a timeout, or MOST_FAILURES without an answer in a row, calls are refused at once for REST_S
seconds; then one call tries, and its answer decides. Each process learns it for itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kernel import metrics

MOST_FAILURES = 3
SLOW_S = 4.0
"""A failure that took so long counts as many: the other side hangs."""

REST_S = 10.0

RESTS = metrics.Counter(
    "quanyu_provider_rests_total", "How often a provider was left alone.", ("provider",)
)


class Breaker:
    """One outside party's. ``down`` is raised where it does not answer, ``no`` where its answer is no."""

    def __init__(
        self,
        name: str,
        *,
        down: type[Exception],
        no: tuple[type[Exception], ...] = (),
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self._down, self._no, self._tick = name, down, no, tick
        self._lock = threading.Lock()
        self._failures, self._rests_until = 0, 0.0

    @property
    def is_resting(self) -> bool:
        """Whether calls are refused just now."""
        return self._tick() < self._rests_until

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call. :raises Exception: ``down``, at once while it is left alone."""
        self._refuse_while_resting()
        began = self._tick()
        try:
            yield
        except self._no:
            self._answered()
            raise
        except self._down:
            self._failed(self._tick() - began)
            raise
        self._answered()

    def _refuse_while_resting(self) -> None:
        """The first after the rest goes through alone; the others wait for what it finds."""
        with self._lock:
            if self._tick() < self._rests_until:
                raise self._down
            if self._failures >= MOST_FAILURES:
                self._rests_until = self._tick() + REST_S

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._rests_until = 0, 0.0

    def _failed(self, took_s: float) -> None:
        with self._lock:
            self._failures += MOST_FAILURES if took_s >= SLOW_S else 1
            if self._failures >= MOST_FAILURES:
                self._rests_until = self._tick() + REST_S
                RESTS.add(self.name)
