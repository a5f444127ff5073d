"""A line's page, put together: direction, ride, day, departures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings.campaigns.listing import Price, Prices
from bookings.pricing.telling import Published, published
from kernel.errors import BadInput
from kernel.web.requests import day as read_day
from kernel.web.requests import whole
from transport.lines import queries
from transport.lines.models import ADULT, Direction, ShuttleLine, TimetableTrip
from transport.lines.offers import KIND

SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class LinePage:
    """What the page of one line shows. ``rows`` are departures for the chosen ride."""

    direction: str
    board: int
    alight: int
    day: date
    days: list[date]
    stops: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    rows: list[queries.RunRow]
    slots: list[dict[str, Any]]
    clocks: list[str]
    price: Price
    together: list[Published]


def line_page(line: ShuttleLine, asked: Mapping[str, str], *, at: datetime) -> LinePage | None:
    """The page for what was asked (direction, from, to, day); None for a line without stops.

    :raises BadInput: a choice that the line does not have.
    """
    patterns = queries.patterns_of([line.pk])
    directions = [d for d in Direction.values if (line.pk, d) in patterns]
    if not directions:
        return None
    direction = asked.get("direction", directions[0])
    if direction not in directions:
        raise BadInput(field="direction")
    pattern = patterns[line.pk, direction]
    board = whole(asked.get("from", "0"), field="from", most=len(pattern) - 2)
    last = len(pattern) - 1
    alight = whole(asked.get("to", str(last)), field="to", most=last)
    alight = alight if alight > board else last
    today = line.region.local_date(at)
    day = read_day(asked["day"], field="day") if "day" in asked else today
    rows = queries.rides(
        line,
        queries.runs_on(line, direction=direction, day=day),
        pattern,
        board=board,
        alight=alight,
        at=at,
    )
    return LinePage(
        direction=direction,
        board=board,
        alight=alight,
        day=day,
        days=[today + timedelta(days=n) for n in range(SHOWN_DAYS)],
        stops=_stops(pattern, board, alight),
        choices=[_choice(line, d, patterns[line.pk, d]) for d in directions],
        rows=rows,
        slots=_slots(rows, line),
        clocks=[] if line.is_bookable else _clocks(line, direction),
        price=_price(line, rows, pattern, (board, alight), at),
        together=_together(rows[0]) if rows and line.is_bookable else [],
    )


def _price(
    line: ShuttleLine,
    rows: Sequence[queries.RunRow],
    pattern: queries.Pattern,
    ride: tuple[int, int],
    at: datetime,
) -> Price:
    """What a seat costs; on board, where seats are not booked, there are no campaigns."""
    fen = rows[0].fare_fen if rows else queries.fare_of(pattern, *ride)
    if not line.is_bookable:
        return Price(fen, fen)
    refs = [row.ref for row in rows]
    place_id = rows[0].place_id if rows else pattern[ride[0]].place_id
    prices = Prices(line.region_id, at=at)
    return prices.of(KIND, refs, line.organisation_id, fen, place_id=place_id)


def _together(row: queries.RunRow) -> list[Published]:
    """The group fares that hold on the day of a ride."""
    _permille, groups = queries.day_of(queries.runs_by_id([row.run.pk])[row.run.pk])
    return published(groups, fen_by_class={ADULT: row.fare_fen}, names={ADULT: _("seat")})


def _stops(pattern: queries.Pattern, board: int, alight: int) -> list[dict[str, Any]]:
    last = len(pattern) - 1
    return [
        {
            "time": _("+%(min)s min") % {"min": stop.minute},
            "name": stop.place.name,
            "kind": "first" if n == 0 else "last" if n == last else "",
            "index": n,
            "fare_fen": stop.fare_fen,
            "is_ride": board <= n <= alight,
        }
        for n, stop in enumerate(pattern)
    ]


def _choice(line: ShuttleLine, direction: str, pattern: queries.Pattern) -> dict[str, Any]:
    return {
        "value": direction,
        "label": _("to %(place)s") % {"place": pattern[-1].place.name},
    }


def _slots(rows: list[queries.RunRow], line: ShuttleLine) -> list[dict[str, Any]]:
    first = next((row.ref for row in rows if row.left), None)
    zone = line.region.tz
    return [
        {
            "value": row.ref,
            "label": f"{row.boards_at.astimezone(zone):%H:%M} → {row.alights_at.astimezone(zone):%H:%M}",
            "left": row.left,
            "checked": row.ref == first,
        }
        for row in rows
    ]


def _clocks(line: ShuttleLine, direction: str) -> list[str]:
    """The timetable of a line whose seats are not booked."""
    trips = TimetableTrip.objects.filter(line=line, direction=direction).order_by("departs_min")
    return [f"{trip.clock:%H:%M}" for trip in trips]
