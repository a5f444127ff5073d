"""A line's page, put together: stop pattern, ride, day, departures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.campaigns.listing import Price, Prices
from bookings.pricing.telling import Published, published
from bookings.waitlist.queries import Seller
from bookings.waitlist.sold_out import Full, WaitingList, waiting_lists
from kernel.errors import BadInput
from kernel.naming import say
from kernel.web.requests import day as read_day
from kernel.web.requests import whole
from kernel.web.templatetags.quanyu import duration
from transport.lines import fares, queries, timed
from transport.lines.models import (
    ADULT,
    Connection,
    ExceptionKind,
    ServiceException,
    ShuttleLine,
    TimetableTrip,
)
from transport.lines.offers import KIND
from transport.lines.operations import NoSuchTrain, NotTimed
from transport.trains.models import NUMBER

SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class LinePage:
    """What the page of one line shows. ``rows`` are departures for the chosen ride."""

    pattern: str
    board: int
    alight: int
    day: date
    days: list[date]
    stops: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    rows: list[queries.RunRow]
    slots: list[dict[str, Any]]
    seat_refs: list[tuple[str, str]]
    lists: list[WaitingList]
    clocks: list[str]
    price: Price
    together: list[Published]
    takes_laps: bool
    takes_luggage: bool
    stations: list[str]
    numbers: list[str]
    train: str
    refusal: str
    exceptions: list[ServiceException]

    @property
    def has_room(self) -> bool:
        """Whether a seat of the day is left."""
        return any(row.left for row in self.rows)

    @property
    def closed_for(self) -> ServiceException | None:
        """Why the line does not run on the shown day, where that is an exception."""
        removed = (each for each in self.exceptions if each.service == ExceptionKind.REMOVED)
        return next((each for each in removed if each.date == self.day), None)


def line_page(line: ShuttleLine, asked: Mapping[str, str], *, at: datetime) -> LinePage | None:
    """The page for what was asked (pattern, from, to, day); None for a line without stops.

    :raises BadInput: a choice that the line does not have.
    """
    patterns = {
        stops[0].pattern.slug: stops for stops in queries.stops_of_lines([line.pk]).values()
    }
    if not patterns:
        return None
    chosen = asked.get("pattern", next(iter(patterns)))
    if chosen not in patterns:
        raise BadInput(field="pattern")
    pattern = patterns[chosen]
    board = whole(asked.get("from", "0"), field="from", most=len(pattern) - 2)
    last = len(pattern) - 1
    alight = whole(asked.get("to", str(last)), field="to", most=last)
    alight = alight if alight > board else last
    today = line.region.local_date(at)
    days = [today + timedelta(days=n) for n in range(SHOWN_DAYS)]
    day = read_day(asked["day"], field="day") if "day" in asked else today
    rows = queries.rides(
        line,
        queries.runs_on(pattern[0].pattern_id, day=day),
        pattern,
        board=board,
        alight=alight,
        at=at,
    )
    connections = timed.at_stop(line.pk, pattern[board].place_id) if line.is_bookable else []
    train, refusal = _train(connections, asked.get("train", ""))
    return LinePage(
        pattern=chosen,
        board=board,
        alight=alight,
        day=day,
        days=days,
        stops=_stops(pattern, board, alight),
        choices=[_choice(slug, stops) for slug, stops in patterns.items()],
        rows=rows,
        slots=_slots(rows, line, connections, train),
        seat_refs=_seat_refs(rows, line),
        lists=_lists(rows, line, (board, alight), at),
        clocks=[] if line.is_bookable else _clocks(pattern, board),
        price=_price(line, rows, pattern, (board, alight), at),
        together=_together(rows[0]) if rows and line.is_bookable else [],
        takes_laps=any(row.run.lap_segments for row in rows),
        takes_luggage=any(row.run.luggage_segments for row in rows),
        stations=list(dict.fromkeys(row.station for row in connections)),
        numbers=list(dict.fromkeys(row.train_number for row in connections if row.train_number)),
        train=train,
        refusal=refusal,
        exceptions=queries.exceptional_days(line, first=days[0], last=max(day, days[-1])),
    )


def _train(connections: Sequence[Connection], asked: str) -> tuple[str, str]:
    """The train that a rider arrives with, and why it is none."""
    number = asked.strip().upper()[:20]
    if not number:
        return "", ""
    if not NUMBER.fullmatch(number):
        return "", NoSuchTrain(number=number).reason
    if timed.rule_for(connections, number) is None:
        return "", NotTimed().reason
    return number, ""


def _price(
    line: ShuttleLine,
    rows: Sequence[queries.RunRow],
    pattern: queries.Stops,
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


def _stops(pattern: queries.Stops, board: int, alight: int) -> list[dict[str, Any]]:
    last = len(pattern) - 1
    is_timed = queries.is_timed(pattern)
    return [
        {
            "time": _("+%(min)s min") % {"min": stop.arrives_s // 60 if n else 0}
            if is_timed
            else "",
            "name": stop.place.name,
            "kind": "first" if n == 0 else "last" if n == last else "",
            "index": n,
            "fare_fen": stop.fare_fen,
            "is_ride": board <= n <= alight,
            "may_board": stop.may_board and n < last,
            "may_alight": stop.may_alight and n > 0,
        }
        for n, stop in enumerate(pattern)
    ]


def _choice(slug: str, stops: queries.Stops) -> dict[str, Any]:
    headsign = say(stops[0].pattern.headsign_words) or stops[-1].place.name
    return {"value": slug, "label": _("to %(place)s") % {"place": headsign}}


def _slots(
    rows: list[queries.RunRow], line: ShuttleLine, connections: Sequence[Connection], train: str
) -> list[dict[str, Any]]:
    """The departures to tick: of those with seats the first that is not too early for the train."""
    early = {row.ref for row in rows if train and _is_too_early(row, connections, train)}
    first = next((row.ref for row in rows if row.left and row.ref not in early), None)
    too_early = _("too early for %(train)s") % {"train": train}
    return [
        {
            "value": f"{row.ref}::{train}" if train else row.ref,
            "label": _label(row, line.tz) + (f" · {too_early}" if row.ref in early else ""),
            "left": row.left,
            "checked": row.ref == first,
        }
        for row in rows
    ]


def _is_too_early(row: queries.RunRow, connections: Sequence[Connection], train: str) -> bool:
    """Whether a train arrives, by its timetable, too late for a departure."""
    rule = timed.rule_for(timed.of_trip(connections, row.run.trip_id), train)
    if rule is None:
        return False
    arrives = timed.scheduled_at(rule, row.run, train, row.run.service_date)
    if arrives is None:
        return False
    return row.boards_at < arrives + timedelta(minutes=rule.transfer_min)


def _label(row: queries.RunRow, zone: ZoneInfo) -> str:
    """From when until when; and how late that is."""
    boards, alights = (each.astimezone(zone) for each in (row.boards_at, row.alights_at))
    late = f" ({late_words(row.run.delay_s)})" if row.run.delay_s else ""
    return f"{boards:%H:%M} → {alights:%H:%M}{late}"


def late_words(delay_s: int) -> str:
    """How late a run is; empty where it is on time."""
    return _("%(late)s late") % {"late": duration(delay_s // 60)} if delay_s else ""


def _seat_refs(rows: list[queries.RunRow], line: ShuttleLine) -> list[tuple[str, str]]:
    """The departures on which a seat can be chosen, with when they board."""
    if not line.has_seat_choice:
        return []
    return [(row.ref, f"{row.boards_at.astimezone(line.tz):%H:%M}") for row in rows if row.left]


def _lists(
    rows: Sequence[queries.RunRow], line: ShuttleLine, ride: tuple[int, int], at: datetime
) -> list[WaitingList]:
    """Where one can wait for the departures that are full."""
    full = [row for row in rows if row.left <= 0] if line.is_bookable else []
    times = [
        Full(row.ref, row.boards_at, fares.segments_of(row.run.segments, *ride)) for row in full
    ]
    seller = Seller(line.region_id, line.organisation_id, KIND)
    return waiting_lists(line.region, seller, times, at=at)


def _clocks(pattern: queries.Stops, board: int) -> list[str]:
    """The timetable of a line whose seats are not booked, at the stop where the ride begins."""
    trips = TimetableTrip.objects.filter(pattern_id=pattern[0].pattern_id).order_by("departs_s")
    later = pattern[board].departs_s
    return [_hour(departs_s + later) for departs_s in trips.values_list("departs_s", flat=True)]


def _hour(seconds: int) -> str:
    """A moment of a service day, which may end after midnight, as a clock shows it."""
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}"
