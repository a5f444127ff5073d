"""What stops take the use of: an area, its cableways, and entry by gates of which none is open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tourism.areas.models import Gate, Scans, ScenicArea
from tourism.crowd.models import Stop


@dataclass(frozen=True, slots=True)
class Shut:
    """A zone takes nobody between two moments, because of a stop: of several, the last that it took."""

    stop: Stop
    starts_at: datetime
    ends_at: datetime

    def covers(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it is in the way of a time."""
        return starts_at < self.ends_at and ends_at > self.starts_at


def span(stop: Stop, *, at: datetime) -> tuple[datetime, datetime]:
    """From when until when a stop is in the way, as it is known at a moment.

    Without an end it is in the way until the end of the day on which one asks, day by day for as long as it
    stands. The days to come are sold on, with the stop shown on their page: wind and ice pass overnight
    more often than not, and who has booked a day on which it still stands has the whole price back. Whoever
    knows that it will last gives the stop an end, or enters the days as a closure.
    """
    region = stop.area.region
    day = region.local_date(max(stop.starts_at, at))
    return stop.starts_at, stop.until or region.at(day + timedelta(days=1), time(0))


def ways_in(area_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The doors by which people come into each area. One statement."""
    found: dict[int, set[str]] = {}
    gates = Gate.objects.filter(area_id__in=area_ids).exclude(scans=Scans.OUT)
    for area_id, slug in gates.values_list("area_id", "slug"):
        found.setdefault(area_id, set()).add(slug)
    return {area_id: frozenset(slugs) for area_id, slugs in found.items()}


def shut(
    stops: Iterable[Stop], *, area_id: int, zone: str, doors: Collection[str], at: datetime
) -> list[Shut]:
    """When a zone of an area takes nobody, by these stops. ``doors`` are those by which one gets in.

    A stop of the area is one of everything in it. Gates that are shut stop entry only while none of
    ``doors`` is open.
    """
    meant = [stop for stop in stops if stop.area_id == area_id]
    zones = (zone, f"area:{area_id}")
    whole = [Shut(stop, *span(stop, at=at)) for stop in meant if stop.zone in zones]
    if zone != f"area:{area_id}":
        return whole
    gates = [stop for stop in meant if stop.gate is not None and stop.gate.slug in doors]
    return [*whole, *_by_gates(gates, doors, at)]


def _by_gates(stops: Sequence[Stop], doors: Collection[str], at: datetime) -> list[Shut]:
    """The time in which all of these doors are shut at once; a door has one stop at a time."""
    if not stops or {stop.gate.slug for stop in stops if stop.gate} != set(doors):
        return []
    last = max(stops, key=lambda stop: (stop.starts_at, stop.pk or 0))
    ends_at = min(span(stop, at=at)[1] for stop in stops)
    return [Shut(last, last.starts_at, ends_at)] if last.starts_at < ends_at else []


def zones_of(area: ScenicArea) -> tuple[str, ...]:
    """Everything that a stop of a whole area takes the use of. One statement."""
    lifts = area.cableways.values_list("pk", flat=True)
    return (area.zone, f"desk:{area.pk}", *(f"lift:{pk}" for pk in lifts))
