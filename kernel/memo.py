"""Remember a read for a moment, in this process: what is asked by every request and rarely changes.

A change is seen everywhere at the latest twice ``seconds`` later: while one thread reads again, the
others make do with what is known. Never for money, rights or anything
that a transaction decides from; for counts only where they are a glance, not an offer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from django.conf import settings

from kernel.turns import staying

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """The values of a read by key. ``settings.QUANYU_MEMO`` off (tests): every read is fresh."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self._seconds, self._most = seconds, most
        self._known: dict[Key, tuple[float, Value]] = {}
        self._firsts: dict[Key, Lock] = {}
        self._asked: set[Key] = set()

    def get(self, key: Key, read: Callable[[Key], Value]) -> Value:
        """The value remembered for a key, or what ``read`` gives. What it raises is not kept."""
        now = time.monotonic()
        found = self._known.get(key) if settings.QUANYU_MEMO else None
        if found is not None and now < found[0]:
            return found[1]
        if found is not None:
            self._known[key] = (now + self._seconds, found[1])
        elif settings.QUANYU_MEMO:
            return self._first(key, read)
        try:
            return self._keep(key, read(key), now)
        except BaseException:
            self._known.pop(key, None)
            raise

    def glance(self, key: Key) -> Value | None:
        """What is remembered for a key, however old; None where nothing is. Never reads."""
        found = self._known.get(key)
        return found[1] if found else None

    def _first(self, key: Key, read: Callable[[Key], Value]) -> Value:
        """What nobody knows yet is read by one thread; a crowd would do the same work all at once."""
        with staying(), self._firsts.setdefault(key, Lock()):
            found = self._known.get(key)
            try:
                return found[1] if found else self._keep(key, read(key), time.monotonic())
            finally:
                self._firsts.pop(key, None)

    def get_many(
        self, keys: set[Key], read: Callable[[set[Key]], dict[Key, Value]]
    ) -> dict[Key, Value]:
        """The values of several keys; ``read`` is asked once for those that are not known.

        What was asked for since the last reading goes along where half of its time is over (``read``
        may leave it out): else a hundred keys, each worn at a moment of its own, are a hundred readings.
        """
        now = time.monotonic()
        self._asked.update(keys)
        known = {
            key: found[1]
            for key in keys
            if settings.QUANYU_MEMO
            and (found := self._known.get(key)) is not None
            and now < found[0]
        }
        missing = keys - known.keys()
        if missing:
            read_now = read(missing | self._half_worn(now))
            fresh = {key: self._keep(key, value, now) for key, value in read_now.items()}
            known |= {key: fresh[key] for key in missing if key in fresh}
        return known

    def _half_worn(self, now: float) -> set[Key]:
        asked, self._asked = self._asked.copy(), set()
        soon = now + self._seconds / 2
        return {key for key in asked if (found := self._known.get(key)) and found[0] < soon}

    def _keep(self, key: Key, value: Value, now: float) -> Value:
        if settings.QUANYU_MEMO:
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[key] = (now + self._seconds, value)
        return value
