"""Where staff scan: each house says which posts (a gate, a departure) an organisation has now."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from bookings.contracts import Words


@dataclass(frozen=True, slots=True)
class Post:
    """One place to scan at. ``zone`` is what vouchers name; ``starts_at`` where it is a departure."""

    zone: str
    title: Words
    subtitle: Words
    organisation_id: int
    timezone: str
    starts_at: datetime | None = None


Lister = Callable[[Collection[int] | None, datetime], list[Post]]
"""Posts of these organisations (None: of all) that are open around a moment."""

_listers: list[Lister] = []


def register(lister: Lister) -> None:
    """Add a house's posts."""
    _listers.append(lister)


def list_for(organisation_ids: Collection[int] | None, *, at: datetime) -> list[Post]:
    """All posts of these organisations, departures in order of time."""
    found = [post for lister in _listers for post in lister(organisation_ids, at)]
    return sorted(found, key=lambda post: (post.starts_at or at, post.zone))


def find(zone: str, organisation_ids: Collection[int] | None, *, at: datetime) -> Post | None:
    """The post of a zone, when these organisations have it."""
    return next((p for p in list_for(organisation_ids, at=at) if p.zone == zone), None)
