"""Short names for addresses, made of ids that may be any text. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import count

_OTHER = re.compile(r"[^a-z0-9]+")


class Slugs:
    """Hands out names that nobody has yet."""

    def __init__(self, taken: Iterable[str], most: int) -> None:
        self._taken = set(taken)
        self._most = most

    def make(self, text: str) -> str:
        """A name of small letters, digits and hyphens after ``text``, with a hash if need be."""
        base = _OTHER.sub("-", text.lower()).strip("-")
        return self._first_free(base, base, text)

    def keep(self, text: str) -> str:
        """The text itself while it is short enough and free; else cut, and with a hash."""
        return self._first_free(text, text, text)

    def _first_free(self, name: str, base: str, text: str) -> str:
        for number in count():
            if name and len(name) <= self._most and name not in self._taken:
                self._taken.add(name)
                return name
            mark = hashlib.sha256(f"{text}\n{number}".encode()).hexdigest()[:8]
            name = f"{base[: self._most - 9]}-{mark}".lstrip("-")
        raise AssertionError("there is always a next number")
