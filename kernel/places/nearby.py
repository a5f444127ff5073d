"""What is near a place, as the crow flies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geopy.distance import great_circle

from kernel.places.models import Place


@dataclass(frozen=True, slots=True)
class Near:
    """A place and how far it is, in metres."""

    place: Place
    metres: int


def distance_m(one: Place, other: Place) -> int:
    """Great-circle distance between two places, in metres."""
    way = great_circle((one.latitude, one.longitude), (other.latitude, other.longitude))
    metres: int = round(way.meters)
    return metres


def nearest(place: Place, among: Iterable[Place], *, within_m: int, limit: int) -> list[Near]:
    """The places ``among`` that are at most ``within_m`` metres away, nearest first, at most
    ``limit``. The place itself counts."""
    found = [Near(other, distance_m(place, other)) for other in among]
    close = [near for near in found if near.metres <= within_m]
    return sorted(close, key=lambda near: (near.metres, near.place.slug))[:limit]
