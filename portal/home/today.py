"""A region's day at one look, put together from the sellers' own queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.campaigns.listing import Prices
from kernel.naming import say
from kernel.places import calendar
from kernel.places.models import DayType, Region
from kernel.web.calendars import FEW
from kernel.web.templatetags.quanyu import at_place, duration, money
from portal.home.drawing import Pin
from tourism.areas import queries as areas
from tourism.areas.queries import NoticeRow
from tourism.tickets import cards
from tourism.tickets.rows import area_row
from transport.direct import queries as direct
from transport.lines import queries as lines
from transport.lines.offers import KIND as SHUTTLE
from transport.lines.queries import RunRow, Stops

SHOWN_AREAS = 6
SHOWN_DEPARTURES = 5


@dataclass(frozen=True, slots=True)
class HomePage:
    """Today: what day it is, which areas are open, what is announced, what the map shows."""

    date: date
    day_words: str
    areas: list[dict[str, Any]]
    departures: list[dict[str, Any]]
    notices: list[NoticeRow]
    pins: list[Pin]
    is_sample: bool
    has_direct: bool


def page_of(region: Region, *, at: datetime) -> HomePage:
    """The home page of a region. A fixed number of statements, however large the region."""
    today = region.local_date(at)
    day = calendar.days(region_id=region.pk, first=today, last=today)[today]
    listed = cards.cards_of(region, at=at)
    rides = lines.next_departures(region, at=at, limit=SHOWN_DEPARTURES)
    patterns = lines.stops_of({ride.run.pattern_id for ride in rides})
    prices = Prices(region.pk, at=at)
    departures = [
        _departure(ride, patterns[ride.run.pattern_id], region, prices, at) for ride in rides
    ]
    return HomePage(
        date=today,
        day_words=_day_words(day),
        areas=[area_row(card) for card in cards.open_first(listed)[:SHOWN_AREAS]],
        departures=departures,
        notices=areas.notices([card.area.pk for card in listed], at=at),
        pins=[_pin(card) for card in listed],
        is_sample=any(card.is_sample for card in listed),
        has_direct=direct.open_shuttles(region).exists(),
    )


def _day_words(day: calendar.Day) -> str:
    """What kind of day it is: the holiday's name, or working day, weekend."""
    holiday = say({"zh-hans": day.name_zh, "en": day.name_en})
    return holiday if holiday else str(DayType(day.day_type).label)


def _departure(
    ride: RunRow, pattern: Stops, region: Region, prices: Prices, at: datetime
) -> dict[str, Any]:
    """A departure as one row: the time leads, the seats and the wait end it, and a price that is less."""
    line = ride.run.line
    price = prices.of(
        SHUTTLE, [ride.ref], line.organisation_id, ride.fare_fen, place_id=ride.place_id
    )
    less = {"fen": price.fen, "was_fen": price.was_fen} if price.is_less else {}
    minutes = int((ride.boards_at - at).total_seconds() // 60)
    ride_min = int((ride.alights_at - ride.boards_at).total_seconds() // 60)
    return {
        "lead": at_place(ride.boards_at, region.tz),
        "title": f"{pattern[0].place.name} → {pattern[-1].place.name}",
        "note": f"{line.name} · {duration(ride_min)} · {price.why or money(price.fen)}",
        "href": reverse("lines:detail", args=[region.slug, line.slug]),
        **less,
        **_seats_words(ride.left),
        "end": _("in %(time)s") % {"time": duration(minutes)},
    }


def _seats_words(left: int) -> dict[str, str]:
    if left <= 0:
        return {"word": _("Full"), "tone": "bad", "icon": "cross"}
    if left < FEW:
        word = ngettext("%(left)s seat left", "%(left)s seats left", left) % {"left": left}
        return {"word": word, "tone": "few", "icon": "warn"}
    return {"word": _("Seats free"), "tone": "good", "icon": "check"}


def _pin(card: cards.AreaCard) -> Pin:
    row = area_row(card)
    return Pin(card.area.place, href=row["href"], note=row["word"])
