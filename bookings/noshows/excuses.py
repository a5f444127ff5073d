"""When nobody could come: houses say on which days a zone was closed.

A house registers from its AppConfig.ready() what it knows; it is asked once for all visits that are
decided together.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

Visit = tuple[str, date]
"""A zone and a day of the place."""


class Excuse(Protocol):
    """Knows the closures of one house."""

    def __call__(self, visits: Collection[Visit]) -> Collection[Visit]:
        """Those of these zones and days on which the zone was closed. Few statements."""


_excuses: dict[str, Excuse] = {}


def register(excuse: Excuse, *, label: str) -> None:
    """Add a house's; a second one of the same label takes its place."""
    _excuses[label] = excuse


def excused(visits: Collection[Visit]) -> set[Visit]:
    """Zones and days on which nobody could come."""
    if not visits:
        return set()
    return {visit for excuse in _excuses.values() for visit in excuse(visits)}
