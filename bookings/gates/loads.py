"""How full it is behind a gate: houses that count people say so, and every gate shows it.

A house registers from its AppConfig.ready() what it knows of its zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bookings.contracts import Words
from kernel.memo import Memo

MOST = 4
"""The level at which nobody more may come in; 0 is none at all."""


@dataclass(frozen=True, slots=True)
class Load:
    """A level from 0 to ``MOST`` and what to say of it, in every language, as counted at ``at``."""

    level: int
    words: Words
    at: datetime

    def told(self) -> dict[str, Any]:
        """As a device hears it."""
        return {"level": self.level, "words": dict(self.words), "at_ms": self._ms}

    @property
    def _ms(self) -> int:
        return int(self.at.timestamp() * 1000)


class Reader(Protocol):
    """Knows the zones of one house."""

    def __call__(self, zone: str, *, at: datetime) -> Load | None:
        """How full a zone is; None where it is another house's, or nobody counts."""


_readers: dict[str, Reader] = {}
_known: Memo[str, Load | None] = Memo(seconds=1)


def register(reader: Reader, *, label: str) -> None:
    """Add a house's; a second one of the same label takes its place."""
    _readers[label] = reader


def load_of(zone: str, *, at: datetime) -> Load | None:
    """How full a zone is, at most two seconds old: all its gates ask at once."""
    return _known.get(zone, lambda asked: _read(asked, at))


def _read(zone: str, at: datetime) -> Load | None:
    return next((load for each in _readers.values() if (load := each(zone, at=at))), None)
