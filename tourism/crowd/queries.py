"""Reads of the live crowd: who is inside, how full that is, and what stands against a sale."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import Refusal
from kernel.memo import Memo
from kernel.places.models import Region
from tourism.areas import queries as areas
from tourism.areas.models import Cableway, Scans, ScenicArea
from tourism.crowd import figures, shutting
from tourism.crowd.counting_sql import SUMS
from tourism.crowd.figures import Sums
from tourism.crowd.models import Flow, Stop, StopState, Watch
from tourism.crowd.shutting import Shut

DEFAULT_LEAVE = timedelta(minutes=60)
STOP_AT_MOST = timedelta(hours=48)
"""Stops are for now; what is shut for longer is a Closure of days."""


class AreaFull(Refusal):
    """As many people are inside as may be: today's entry is not sold for the moment."""

    message = gettext_lazy(
        "%(title)s: as many people are inside as may be, so that today's entry is not sold now. "
        "Please try again in half an hour, or choose another day."
    )


class Stopped(Refusal):
    """What is asked for is shut at that time."""

    message = gettext_lazy(
        "%(title)s is shut %(when)s: %(reason)s Please choose another time or another day."
    )


@dataclass(frozen=True, slots=True)
class Inside:
    """The people inside an area; an estimate where exits are not scanned, and after closing time.

    ``is_loaded``: the cap is from a file and nobody has confirmed it; ``is_guess``: it says itself that it
    is a guess.
    """

    area_id: int
    people: int
    is_counted: bool
    cap: int | None
    sums: Sums
    is_guess: bool = False
    is_loaded: bool = False

    @property
    def is_full(self) -> bool:
        """Whether nobody more may come in; a guessed cap keeps nobody out."""
        return self.cap is not None and not self.is_guess and self.people >= self.cap

    @property
    def percent(self) -> int | None:
        """Of the cap, rounded down; None where there is none."""
        return None if self.cap is None else self.people * 100 // self.cap


def inside(area_ids: Collection[int], *, at: datetime) -> dict[int, Inside]:
    """Who is inside these areas at a moment of today. Four statements however many there are."""
    rows = ScenicArea.objects.filter(pk__in=area_ids).select_related("region", "watch")
    sums = _sums(area_ids, at)
    found = {}
    for area in rows.prefetch_related("hours", "closures"):
        watch = watch_of(area)
        count = figures.people(sums[area.pk], scans_exits=bool(watch and watch.scans_exits))
        over = closed_for(area, at)
        leave = timedelta(minutes=watch.leave_min) if watch else DEFAULT_LEAVE
        found[area.pk] = Inside(
            area_id=area.pk,
            people=figures.faded(count, closed_for=over, leave=leave),
            is_counted=bool(watch and watch.scans_exits) and over <= timedelta(0),
            cap=watch.instant_cap if watch else None,
            sums=sums[area.pk],
            is_guess=bool(watch and watch.is_guess),
            is_loaded=bool(watch and watch.is_loaded),
        )
    return found


def watch_of(area: ScenicArea) -> Watch | None:
    """An area's watch, if it has one; read ``with watch`` it costs nothing."""
    return getattr(area, "watch", None)


def closed_for(area: ScenicArea, at: datetime) -> timedelta:
    """How long ago an area (with hours and closures) closed today; nothing while it is open."""
    today = area.region.local_date(at)
    hours = areas.open_state(area, today).hours
    if hours is None or hours.closes == time(0):
        return timedelta(0)
    return at - area.region.at(today, hours.closes)


def _sums(area_ids: Collection[int], at: datetime) -> dict[int, Sums]:
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"areas": list(area_ids), "at": at})
        return {
            area_id: Sums(entries, exits, old, right, old_right)
            for area_id, entries, exits, old, right, old_right in cursor.fetchall()
        }


def level_of(here: Inside, watch: Watch | None) -> int:
    """The level that is shown: the one that stands, or already the one that is reached."""
    if watch is None or here.cap is None:
        return 0
    standing = getattr(watch, "standing", None)
    reached = figures.level_of(here.people, here.cap, watch.limits)
    return max(reached, standing.level if standing else 0)


def rides(cable: Cableway, *, region: Region, at: datetime) -> tuple[int, int]:
    """How many have gone up and down today by a cableway: boarded below or above, or left above.

    One who boards at the upper station goes down; an exit that is scanned ends a ride.
    """
    begins = region.at(region.local_date(at), time(0))
    rows = Flow.objects.filter(
        zone=f"lift:{cable.pk}", starts_at__gte=begins, starts_at__lte=at
    ).values_list("door", "entries", "exits")
    up = down = 0
    for door, entries, exits in rows:
        is_above = door.partition(".")[0] == cable.to_place.slug
        up, down = up + entries * (not is_above), down + entries * is_above + exits
    return up, down


@dataclass(frozen=True, slots=True)
class _Held:
    """Everything that may stand against a sale right now."""

    full: frozenset[int]
    stops: Sequence[Stop]
    ways_in: Mapping[int, frozenset[str]]


_held: Memo[str, _Held] = Memo(seconds=1)


def is_full(area_id: int, *, at: datetime) -> bool:
    """Whether as many people are inside as may be; at most two seconds old."""
    return area_id in _held.get("", lambda _key: _read_held(at)).full


def hindrance(
    *,
    area_id: int,
    zone: str,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    region: Region,
    at: datetime,
    doors: Collection[str] = (),
) -> Refusal | None:
    """What stands against selling entry to an area or one of its cableways at a time, if anything.

    ``doors`` are the gates that it is good at, none named: all that let in. No statement in most calls:
    what is known is at most two seconds old.
    """
    if starts_at - at > STOP_AT_MOST:
        return None
    held = _held.get("", lambda _key: _read_held(at))
    doors = doors or held.ways_in.get(area_id, frozenset())
    for each in shutting.shut(held.stops, area_id=area_id, zone=zone, doors=doors, at=at):
        if each.covers(starts_at, ends_at):
            when, reason = when_words(each.stop, region), _sentence(each.stop)
            return Stopped(field="ref", title=title, when=when, reason=reason)
    is_today = region.local_date(starts_at) == region.local_date(at)
    if is_today and zone == f"area:{area_id}" and area_id in held.full:
        return AreaFull(field="ref", title=title)
    return None


def shut_now(*, area_id: int, zone: str, doors: Collection[str], at: datetime) -> Shut | None:
    """Why a zone takes nobody, by the stops whose work has begun; of several, the one for longest.

    As it stands in this transaction. ``doors`` as in ``hindrance``.
    """
    begun = standing(at).filter(area=area_id, carried_out_at__isnull=False)
    doors = doors or shutting.ways_in([area_id]).get(area_id, frozenset())
    found = shutting.shut(begun, area_id=area_id, zone=zone, doors=doors, at=at)
    return max(found, key=lambda each: each.ends_at, default=None)


def when_words(stop: Stop, region: Region) -> str:
    """From when until when, on the clock of the place."""
    since = f"{stop.starts_at.astimezone(region.tz):%H:%M}"
    if stop.until is None:
        return _("since %(since)s") % {"since": since}
    until = f"{stop.until.astimezone(region.tz):%H:%M}"
    return _("from %(since)s to %(until)s") % {"since": since, "until": until}


def _sentence(stop: Stop) -> str:
    return stop.reason if stop.reason.endswith((".", "。", "!", "！")) else f"{stop.reason}."


def _read_held(at: datetime) -> _Held:
    capped = Watch.objects.filter(instant_cap__isnull=False).values_list("area_id", flat=True)
    counted = inside(list(capped), at=at) if capped else {}
    full = frozenset(area_id for area_id, here in counted.items() if here.is_full)
    stops = list(standing(at))
    with_gates = {stop.area_id for stop in stops if stop.gate_id}
    return _Held(full, stops, shutting.ways_in(with_gates) if with_gates else {})


def standing(at: datetime) -> QuerySet[Stop]:
    """The stops that hold at a moment or are still to come."""
    rows = Stop.objects.filter(state=StopState.STANDING)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gt=at))
    return rows.select_related("area__region", "gate", "cableway").order_by("starts_at", "pk")


def standing_on(*, at: datetime) -> list[Stop]:
    """The stops without an end that have begun their work on a day before and still stand. One statement."""
    begun = standing(at).filter(until=None, carried_out_at__isnull=False, starts_at__lt=at)
    return [
        stop
        for stop in begun
        if stop.area.region.local_date(stop.starts_at) < stop.area.region.local_date(at)
    ]


def other_ways(stop: Stop, *, at: datetime) -> dict[str, str]:
    """By which gates people come into an area while one is shut: names by door, without those shut now."""
    span = shutting.span(stop, at=at)
    same_area = standing(at).filter(area=stop.area_id, gate__isnull=False)
    shut = [each.gate_id for each in same_area if _overlap(shutting.span(each, at=at), span)]
    gates = stop.area.gates.exclude(scans=Scans.OUT).exclude(pk__in=[*shut, stop.gate_id])
    return {gate.slug: gate.name for gate in gates.order_by("pk")}


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
