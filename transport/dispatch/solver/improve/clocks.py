"""How much of a budget is spent, and how many steps the next slice of a search may take.

A budget of steps gives the same slices for the same seed, wherever it runs. A budget of CPU time
counts the calling thread, or the whole process where a search has helpers in it.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A budget that is being spent."""

    def spent(self) -> float:
        """The share of the budget that is gone, 1 or more at its end."""

    def slice(self) -> int:
        """How many steps to take before asking again."""

    def note(self, steps: int) -> None:
        """That so many steps were taken."""


class StepClock:
    """So many steps."""

    _SLICES, _LEAST = 100, 10

    def __init__(self, steps: int) -> None:
        if steps < 1:
            raise ValueError("steps: at least 1")
        self._steps, self._taken = steps, 0

    def spent(self) -> float:
        return self._taken / self._steps

    def slice(self) -> int:
        share = max(self._LEAST, self._steps // self._SLICES)
        return max(1, min(share, self._steps - self._taken))

    def note(self, steps: int) -> None:
        self._taken += steps


class CpuClock:
    """So many CPU seconds from now on."""

    _FIRST, _SLICES = 4, 120

    def __init__(self, cpu_s: float) -> None:
        if not cpu_s > 0:
            raise ValueError("cpu_s: more than 0")
        self._cpu_s, self._began, self._last = cpu_s, time.thread_time(), 0.0
        self._next, self._taken_s = self._FIRST, 0.0

    def spent(self) -> float:
        return (time.thread_time() - self._began) / self._cpu_s

    def slice(self) -> int:
        self._last = time.thread_time()
        return self._next

    def note(self, steps: int) -> None:
        """The next slice shall take a small part of the budget, at most twice as many steps as this."""
        took_s = max(time.thread_time() - self._last, 1e-7)
        wanted = steps * self._cpu_s / self._SLICES / took_s
        left = steps * max(0.0, 1.0 - self.spent()) * self._cpu_s / took_s
        self._next = max(1, int(min(2 * self._next, wanted, left + 1)))
