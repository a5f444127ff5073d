"""Passes that open nothing until somebody has looked at them: rooms above say which.

A room registers its question from its AppConfig.ready(). It is asked once for a whole group of scans.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

Bar = tuple[int, int]
"""A pass by its id, and the organisation at whose posts it opens nothing: who can look at it."""


class Bars(Protocol):
    """Knows of passes that are to be looked at."""

    def __call__(self, carrier_ids: Collection[int]) -> set[Bar]:
        """Those of these passes that are barred now, each with where. One statement."""


_bars: dict[str, Bars] = {}


def register(bars: Bars, *, label: str) -> None:
    """Add a room's question. A second one with the same label is a mistake and raises."""
    if label in _bars:
        raise ValueError(f"bars of {label!r} are registered twice")
    _bars[label] = bars


def barred(carrier_ids: Collection[int]) -> set[Bar]:
    """Where any room has barred one of these passes."""
    return {bar for bars in _bars.values() for bar in bars(carrier_ids)}
