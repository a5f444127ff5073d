"""Reads of mountains: their ways, what is sold up, who is up, what still goes down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from bookings.inventory import queries as counts
from bookings.vouchers import passages
from kernel.errors import NotFound
from kernel.naming import say
from portal.descent import figures
from portal.descent.figures import Carried, Lack
from portal.descent.models import Mountain, Shortfall, Threshold, Way
from tourism.crowd import queries as crowd
from tourism.tickets import queries as tickets
from tourism.tickets.models import Way as Rides
from transport.direct import queries as direct
from transport.direct.models import DirectShuttle
from transport.lines import queries as lines
from transport.lines import ways as ways_in_words


@dataclass(frozen=True, slots=True)
class Ascent:
    """A time in which people are sold up: from when on the last of them can come down, and its bucket."""

    ready_at: datetime
    bucket_id: int


@dataclass(frozen=True, slots=True)
class Now:
    """A mountain at a moment: people up, with tickets still to come up, places down till the last way.

    ``lack`` is what falls short; ``ends_at`` the last departure down, None on a day without any.
    """

    mountain: Mountain
    up: int
    to_come: int
    places: int
    ways: Sequence[Carried]
    lack: Lack | None

    @property
    def ends_at(self) -> datetime | None:
        return max((way.ends_at for way in self.ways), default=None)


def mountains() -> QuerySet[Mountain]:
    """All mountains with what is read of them."""
    found = Mountain.objects.filter(region__is_open=True)
    return found.select_related("region", "organisation").order_by("region_id", "slug")


def of_organisations(organisation_ids: Collection[int]) -> list[Mountain]:
    """The mountains that these houses run, or to which one of their ways leads."""
    return [
        mountain
        for mountain in mountains()
        if mountain.organisation_id in organisation_ids
        or any(_house(way) in organisation_ids for way in ways_of(mountain))
    ]


def get_mountain(pk: int, *, organisation_ids: Collection[int]) -> Mountain:
    """:raises NotFound: there is none, or it is another house's."""
    found = next((one for one in of_organisations(organisation_ids) if one.pk == pk), None)
    if found is None:
        raise NotFound
    return found


def _house(way: Way) -> int:
    if way.cableway is not None:
        return way.cableway.area.organisation_id
    assert way.shuttle is not None
    return way.shuttle.line.organisation_id


def ways_of(mountain: Mountain) -> list[Way]:
    """Its ways up and down. One statement."""
    rows = mountain.ways.select_related(
        "cableway__area__region",
        "cableway__from_place",
        "cableway__to_place",
        "shuttle__line__region",
        "shuttle__pattern",
    )
    return list(rows.order_by("pk"))


def carried_down(ways: Sequence[Way], day: date) -> list[Carried]:
    """What these ways carry down on a day: entry times that are open, and windows. Three statements."""
    lifts = [way.cableway_id for way in ways if way.is_down and way.cableway_id]
    buses = [way.shuttle_id for way in ways if way.is_down and way.shuttle_id]
    times = [
        (one.starts_at, one.ends_at, one.bucket_id)
        for one in tickets.ride_times(lifts, Rides.DOWN, day=day)
        if one.is_open
    ]
    times += [
        (window.starts_at, window.ends_at, window.bucket_id)
        for window in direct.windows_of_day(buses, day=day)
    ]
    capacity = counts.counts({bucket for _start, _end, bucket in times})
    return [Carried(start, end, capacity[bucket][0]) for start, end, bucket in times]


def sold_up(ways: Sequence[Way], day: date, *, stay: timedelta) -> list[Ascent]:
    """The times of a day in which people are sold up by these ways. Two statements."""
    lifts = {w.cableway.pk: w.cableway for w in ways if w.is_up and w.cableway is not None}
    buses = {w.shuttle.pk: w.shuttle for w in ways if w.is_up and w.shuttle is not None}
    found = [
        Ascent(
            one.ends_at + timedelta(minutes=lifts[one.cableway_id].ride_min) + stay, one.bucket_id
        )
        for one in tickets.ride_times(list(lifts), Rides.UP, day=day)
    ]
    return found + [
        Ascent(
            window.ends_at + timedelta(minutes=buses[window.shuttle_id].line.ride_min) + stay,
            window.bucket_id,
        )
        for window in direct.windows_of_day(list(buses), day=day)
    ]


def thresholds_on(mountain_ids: Iterable[int], days: Iterable[date]) -> list[Threshold]:
    """The thresholds that are laid out for these mountains and days. One statement."""
    rows = Threshold.objects.filter(mountain__in=set(mountain_ids), date__in=set(days))
    return list(rows.order_by("mountain_id", "from_at"))


def now_at(mountain: Mountain, *, at: datetime) -> Now:
    """Who is up, who may still come, and what goes down until the last way does."""
    ways = ways_of(mountain)
    carried = carried_down(ways, mountain.region.local_date(at))
    up, to_come = _people_up(mountain, ways, at), _to_come(mountain, ways, at)
    return Now(
        mountain=mountain,
        up=up,
        to_come=to_come,
        places=max(0, figures.remaining(carried, at) - mountain.reserve),
        ways=carried,
        lack=_lack(mountain, up, to_come, carried, at),
    )


def _lack(
    mountain: Mountain, up: int, to_come: int, carried: Sequence[Carried], at: datetime
) -> Lack | None:
    """Nobody is missed on a day on which nobody is up and nobody may come."""
    if not up + to_come:
        return None
    return figures.lack(
        up=up + mountain.reserve,
        to_come=to_come,
        ways=carried,
        at=at,
        lead=timedelta(minutes=mountain.lead_min),
        seats=mountain.bus_seats,
    )


def _people_up(mountain: Mountain, ways: Sequence[Way], at: datetime) -> int:
    """Scanned up less scanned down today; who walked either way is not among them."""
    people = 0
    for way in ways:
        if way.cableway is not None:
            up, down = crowd.rides(way.cableway, region=mountain.region, at=at)
            people += up * way.is_up - down * way.is_down
    begins = mountain.region.at(mountain.region.local_date(at), time(0))
    buses = [way for way in ways if way.shuttle is not None]
    spans = [(way.shuttle.zone, begins, at) for way in buses if way.shuttle is not None]
    came = passages.came_in(spans, region_id=mountain.region_id) if spans else []
    people += sum(n if way.is_up else -n for way, n in zip(buses, came, strict=True))
    return max(0, people)


def _to_come(mountain: Mountain, ways: Sequence[Way], at: datetime) -> int:
    """Who has a ticket up that is good later today and not used."""
    places = {door_of(way) for way in ways if way.is_up}
    ends = mountain.region.at(mountain.region.local_date(at) + timedelta(days=1), time(0))
    return sum(passages.still_to_come(places, at, ends).values())


def door_of(way: Way) -> tuple[str, str]:
    """The zone and door at which people are let on upwards."""
    if way.cableway is not None:
        return way.cableway.zone, way.cableway.from_place.slug
    assert way.shuttle is not None
    return way.shuttle.zone, ""


def named(shuttles: Sequence[DirectShuttle]) -> list[tuple[int, str]]:
    """Shuttles by id, with from where to where they go. One statement."""
    stops = lines.stops_of({shuttle.pattern_id for shuttle in shuttles})
    return [
        (one.pk, say(ways_in_words.way(found, 0, len(found) - 1)))
        for one in shuttles
        if (found := stops.get(one.pattern_id))
    ]


def open_shortfall(mountain: Mountain) -> Shortfall | None:
    """What falls short and is not over."""
    return Shortfall.objects.filter(mountain=mountain, ended_at__isnull=True).first()
