"""A region's day at one look, put together from the sellers' own queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kernel.naming import say
from kernel.places.models import Region
from portal.home.drawing import Pin
from tourism.areas import calendar
from tourism.areas import queries as areas
from tourism.areas.models import DayType
from tourism.areas.queries import NoticeRow
from tourism.tickets import cards
from tourism.tickets.rows import area_row

SHOWN_AREAS = 6


@dataclass(frozen=True, slots=True)
class HomePage:
    """Today: what day it is, which areas are open, what is announced, what the map shows."""

    date: date
    day_words: str
    areas: list[dict[str, Any]]
    notices: list[NoticeRow]
    pins: list[Pin]
    is_sample: bool


def page_of(region: Region, *, at: datetime) -> HomePage:
    """The home page of a region. A fixed number of statements, however large the region."""
    today = region.local_date(at)
    day = calendar.days(region_id=region.pk, first=today, last=today)[today]
    listed = cards.cards_of(region, at=at)
    return HomePage(
        date=today,
        day_words=_day_words(day),
        areas=[area_row(card) for card in cards.open_first(listed)[:SHOWN_AREAS]],
        notices=areas.notices([card.area.pk for card in listed], at=at),
        pins=[_pin(card) for card in listed],
        is_sample=any(card.is_sample for card in listed),
    )


def _day_words(day: calendar.Day) -> str:
    """What kind of day it is: the holiday's name, or working day, weekend."""
    holiday = say({"zh-hans": day.name_zh, "en": day.name_en})
    return holiday if holiday else str(DayType(day.day_type).label)


def _pin(card: cards.AreaCard) -> Pin:
    row = area_row(card)
    return Pin(card.area.place, href=row["href"], note=row["word"])
