"""Reads of scenic areas: which there are, when they are open, what they announce."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal
from kernel.naming import say
from kernel.places.models import Region
from tourism.areas.models import Closure, Gate, Notice, OpeningHours, ScenicArea, SeasonName


class NoSuchArea(Refusal):
    """There is no scenic area of this name in the region."""

    status = 404
    message = _("There is no such scenic area.")


@dataclass(frozen=True, slots=True)
class OpenState:
    """Whether an area is open on a day: its hours, or why not."""

    hours: OpeningHours | None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.hours is not None and not self.reason


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice in the active language."""

    area_slug: str
    area_name: str
    title: str
    body: str
    is_warning: bool


def areas_of(region: Region) -> QuerySet[ScenicArea]:
    """The areas of a region with place, hours and closures, best known first. Three statements."""
    return (
        ScenicArea.objects.filter(region=region)
        .select_related("place", "region")
        .prefetch_related("hours", "closures")
        .order_by(F("level").desc(), "-daily_cap", "slug")
    )


def get_area(region: Region, slug: str) -> ScenicArea:
    """An area with everything its page shows.

    :raises NoSuchArea: the region has none of this name.
    """
    area = (
        ScenicArea.objects.filter(region=region, slug=slug)
        .select_related("place__region", "region", "part_of", "organisation")
        .prefetch_related(
            "hours",
            "closures",
            Prefetch("gates", Gate.objects.select_related("place").order_by("pk")),
            "cableways__from_place",
            "cableways__to_place",
        )
        .first()
    )
    if area is None:
        raise NoSuchArea
    return area


def open_state(area: ScenicArea, day: date) -> OpenState:
    """Whether an area (with hours and closures loaded) is open on a day."""
    closure = closure_on(area.closures.all(), day)
    if closure is not None:
        reason = say({"zh-hans": closure.reason_zh, "en": closure.reason_en})
        return OpenState(None, reason)
    if str(day.isoweekday()) in area.closed_weekdays:
        return OpenState(None, str(_("Closed on this day of the week")))
    season = area.season_on(day)
    hours = next((hours for hours in area.hours.all() if hours.season == season), None)
    return OpenState(hours, "" if hours else str(_("Closed in this season")))


def closure_on(closures: Iterable[Closure], day: date) -> Closure | None:
    """The closure that covers a day, if any."""
    return next((c for c in closures if c.first_date <= day <= c.last_date), None)


def hours_by_season(area: ScenicArea) -> list[tuple[SeasonName, OpeningHours | None]]:
    """The hours of both seasons, peak first; one entry where the whole year is alike."""
    by_season = {hours.season: hours for hours in area.hours.all()}
    rows = [(season, by_season.get(season)) for season in SeasonName]
    words = {hours.words if hours else "" for _season, hours in rows}
    return rows[:1] if len(words) == 1 else rows


def notices(area_ids: Collection[int], *, at: datetime) -> list[NoticeRow]:
    """What these areas announce now, warnings first. One statement."""
    rows = (
        Notice.objects.filter(area_id__in=area_ids, valid_from__lte=at)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at))
        .select_related("area")
        .order_by("-urgency", "-valid_from", "pk")
    )
    return [
        NoticeRow(
            area_slug=row.area.slug,
            area_name=row.area.name,
            title=say({"zh-hans": row.title_zh, "en": row.title_en}),
            body=say({"zh-hans": row.body_zh, "en": row.body_en}),
            is_warning=row.urgency == "WARNING",
        )
        for row in rows
    ]


def closed_zones(visits: Collection[tuple[str, date]]) -> set[tuple[str, date]]:
    """Of zones and days ("area:12", 14 October) those on which the area was closed. One statement."""
    areas = {
        zone: int(zone.removeprefix("area:")) for zone, _day in visits if zone.startswith("area:")
    }
    shut = list(
        Closure.objects.filter(area__in=areas.values()).values_list(
            "area_id", "first_date", "last_date"
        )
    )
    return {
        (zone, day)
        for zone, day in visits
        if any(area == areas.get(zone) and first <= day <= last for area, first, last in shut)
    }
