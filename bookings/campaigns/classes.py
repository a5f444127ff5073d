"""Published classes that a campaign may be for: who is of which is told by a room above, once registered.

A class is published with what one must have done to be of it; it is never made for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from bookings.contracts import Words

Whose = tuple[str, int]
"""A buyer, and the region that sells."""


class Source(Protocol):
    """What the room that knows the classes implements."""

    def held(self, wanted: Collection[Whose], *, at: datetime) -> Mapping[Whose, frozenset[str]]:
        """The codes of the classes that each buyer is of; who is of none may be absent."""

    def published(self, region_id: int, *, at: datetime) -> Mapping[str, Words]:
        """The classes of a region: words by code, the lowest first."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Name the room that knows the classes. A second one is a mistake in the wiring and raises."""
    if _sources:
        raise ValueError("the classes of buyers are known by another room already")
    _sources.append(source)


def held(wanted: Collection[Whose], *, at: datetime) -> Mapping[Whose, frozenset[str]]:
    """The codes of the classes that these buyers are of."""
    return _sources[0].held(wanted, at=at) if _sources and wanted else {}


def published(region_id: int, *, at: datetime) -> Mapping[str, Words]:
    """The classes of a region: words by code."""
    return _sources[0].published(region_id, at=at) if _sources else {}
