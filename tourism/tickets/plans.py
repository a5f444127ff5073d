"""Which entry times the patterns of a product ask for on which days, cut to the opening hours.

A lift has hours of its own, and carries so many an hour; a service is there as often as its stock says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bookings.inventory.models import Channel
from bookings.inventory.operations import Share
from tourism.areas.models import Cableway, SeasonName
from tourism.tickets.models import ChannelShare, PatternSeason, Product, SlotPattern

LEAST_SLOT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Plan:
    """One entry time that the patterns ask for: instants, and the clock's face at its start.

    In UTC, because Python compares and subtracts two moments of one zone by their faces, and finds
    a moment of an hour that comes twice equal to none in another zone.
    """

    product_id: int
    date: date
    face: time
    starts_at: datetime
    ends_at: datetime
    capacity: int
    region_id: int
    shares: Mapping[Channel, Share]

    @property
    def key(self) -> str:
        return f"ticket-slot:{self.product_id}:{self.date:%Y-%m-%d}T{self.face:%H:%M}Z"


def plans_of(product: Product, first: date, last: date) -> Iterator[Plan]:
    """The entry times of a product (with area, hours, patterns, shares) from ``first`` to ``last``."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        hours = hours_on(product, day)
        if hours is None:
            continue
        for pattern in product.patterns.all():
            plan = _plan(product, pattern, hours, day)
            if plan is not None:
                yield plan


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open on a day. 00:00 to close at is midnight at the end of the day."""

    season: SeasonName
    opens: time
    closes: time


def hours_on(product: Product, day: date) -> Hours | None:
    """When a product (with area, hours and cableway) is to be had on a day; None: not at all."""
    area = product.area
    if str(day.isoweekday()) in area.closed_weekdays:
        return None
    season = area.season_on(day)
    if product.cableway is not None:
        return _running(product.cableway, season)
    found = next((hours for hours in area.hours.all() if hours.season == season), None)
    return Hours(season, found.opens, found.closes) if found else None


def day_cap(product: Product, day: date) -> int:
    """How many of a product there are on a day at most."""
    if product.cableway is not None:
        hours = hours_on(product, day)
        return _carried(product.cableway, hours.opens, hours.closes) if hours else 0
    return product.area.daily_cap if product.stock is None else product.stock


def _running(cableway: Cableway, season: SeasonName) -> Hours | None:
    is_peak = season is SeasonName.PEAK
    opens = cableway.peak_opens if is_peak else cableway.off_opens
    closes = cableway.peak_closes if is_peak else cableway.off_closes
    return None if opens is None or closes is None else Hours(season, opens, closes)


def _carried(cableway: Cableway, starts: time, ends: time) -> int:
    """How many are carried one way between two faces of the clock, within one day."""
    minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return cableway.capacity_per_hour * (minutes if minutes > 0 else minutes + 24 * 60) // 60


def _plan(product: Product, pattern: SlotPattern, hours: Hours, day: date) -> Plan | None:
    """What a pattern asks for on a day, cut to the opening hours; None when nothing is left."""
    season_holds = pattern.season in (PatternSeason.ANY, hours.season)
    if not season_holds or str(day.isoweekday()) not in pattern.weekdays:
        return None
    region = product.area.region
    closes_day = day + timedelta(days=1) if hours.closes == time(0) else day
    face = max(pattern.starts, hours.opens)
    starts_at = region.at(day, face).astimezone(UTC)
    ends_at = min(region.at(day, pattern.ends), region.at(closes_day, hours.closes)).astimezone(UTC)
    if ends_at - starts_at < LEAST_SLOT:
        return None
    minutes = (ends_at - starts_at) // timedelta(minutes=1)
    capacity = _whole(product, minutes) * pattern.permille // 1000
    return Plan(
        product_id=product.pk,
        date=day,
        face=face,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=capacity,
        region_id=region.pk,
        shares=_shares(product, pattern, capacity, day),
    )


def _whole(product: Product, minutes: int) -> int:
    """What a pattern has a share of: what is carried within its time, the stock, the day's visitors."""
    if product.cableway is not None:
        return product.cableway.capacity_per_hour * minutes // 60
    return product.area.daily_cap if product.stock is None else product.stock


def _shares(
    product: Product, pattern: SlotPattern, capacity: int, day: date
) -> dict[Channel, Share]:
    """What each channel gets of an entry time; a row for the pattern goes before one for all."""
    rows = [row for row in product.channel_shares.all() if row.pattern_id in (None, pattern.pk)]
    rows.sort(key=lambda row: row.pattern_id is not None)
    return {
        Channel(row.channel): Share(
            units=capacity * row.permille // 1000,
            release_at=_release_at(product, row, day),
        )
        for row in rows
    }


def _release_at(product: Product, row: ChannelShare, day: date) -> datetime | None:
    if row.release_days is None:
        return None
    before = day - timedelta(days=row.release_days)
    return product.area.region.at(before, row.release_time).astimezone(UTC)
