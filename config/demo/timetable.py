"""What happens at which moment of a demonstration's day, on the clock that the site has."""

from __future__ import annotations

import heapq
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count

from kernel import clock

_WORKERS = 8
_LOOK_S = 0.05

Act = Callable[[], None]


class Timetable:
    """Acts by their moments; each may add further ones. ``troubles`` counts those that failed, by why."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._lock = threading.Lock()
        self.troubles = Counter[str]()

    def at(self, moment: datetime, act: Act) -> None:
        """Do something at a moment of the day."""
        with self._lock:
            heapq.heappush(self._acts, (moment, next(self._order), act))

    def play(self, until: datetime, on_tick: Act) -> None:
        """Let the day pass, several acts at a time; those that have begun are waited for."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            while clock.now() < until:
                for act in self._due():
                    pool.submit(self._safely, act)
                on_tick()
                threading.Event().wait(_LOOK_S)

    def _due(self) -> list[Act]:
        found = []
        with self._lock:
            while self._acts and self._acts[0][0] <= clock.now():
                found.append(heapq.heappop(self._acts)[2])
        return found

    def _safely(self, act: Act) -> None:
        try:
            act()
        except Exception as trouble:  # noqa: BLE001 - whoever it meets is missing in the report
            self.troubles[f"{type(trouble).__name__}: {trouble}"[:80]] += 1
