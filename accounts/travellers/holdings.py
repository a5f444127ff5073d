"""What a traveller holds a place of by name: rooms above say it, the book keeps the person the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

Holding = Callable[[Collection[int], datetime], str]
"""What one of these travellers holds at a moment, in the reader's language; empty for nothing."""

_asked: dict[str, Holding] = {}


def register(label: str, holding: Holding) -> None:
    """Ask this too before somebody in the book becomes another person."""
    _asked[label] = holding


def held_by(traveller_ids: Collection[int], *, at: datetime) -> str:
    """The first thing that one of these travellers holds; empty where they hold nothing."""
    found = (holding(traveller_ids, at) for holding in _asked.values())
    return next(filter(None, found), "")
