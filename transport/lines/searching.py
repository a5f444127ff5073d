"""The page of departures between two stops, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.errors import BadInput
from kernel.naming import say
from kernel.places.models import Region
from kernel.web.requests import day as read_day
from transport.lines import departures, stop_names
from transport.lines.departures import Departure, OnBoard
from transport.lines.models import ShuttleLine
from transport.lines.pages import SHOWN_DAYS, late_words
from transport.lines.stop_names import NoSuchStop, StopNames, WhichStop
from transport.lines.ways import bay_words


@dataclass(frozen=True, slots=True)
class Doubt:
    """A name of no stop, or of several: what to say, and the names it may be, each with its page."""

    text: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DeparturesPage:
    """What the search shows: what was asked, ``rows`` of a list, or ``doubts`` about the names; besides the
    lines on which riders pay ``on_board``."""

    start: str
    end: str
    day: date
    days: list[date]
    rows: list[dict[str, Any]]
    doubts: list[Doubt]
    later: str = ""
    on_board: Sequence[dict[str, Any]] = ()


def departures_page(region: Region, asked: Mapping[str, str], *, at: datetime) -> DeparturesPage:
    """Departures of the asked day from now (or from ``after``, HH:MM) on.

    :raises BadInput: a day or time that is none.
    """
    today = region.local_date(at)
    day = read_day(asked["day"], field="day") if asked.get("day") else today
    after = max(at, region.at(day, _clock(asked.get("after", ""))) - timedelta(seconds=1))
    said = {name: asked.get(name, "").strip()[:100] for name in ("from", "to")}
    page = partial(
        DeparturesPage,
        start=said["from"],
        end=said["to"],
        day=day,
        days=[today + timedelta(days=n) for n in range(SHOWN_DAYS)],
    )
    if not all(said.values()):
        return page(rows=[], doubts=[])
    names = stop_names.of_region(region)
    start, end = (_stop(names, field, {**said, "day": f"{day}"}) for field in said)
    if isinstance(start, Doubt) or isinstance(end, Doubt):
        return page(rows=[], doubts=[each for each in (start, end) if isinstance(each, Doubt)])
    until = region.at(day + timedelta(days=1), time(3))
    found = departures.between(region, start=start, end=end, after=after, until=until)
    is_more = len(found.rows) == departures.MOST
    lines = {each.line.slug for each in found.rows} | {each.line.slug for each in found.on_board}
    pages = {slug: reverse("lines:detail", args=[region.slug, slug]) for slug in lines}
    return page(
        rows=[_row(each, pages) for each in found.rows],
        doubts=[],
        later=f"{found.rows[-1].boards_at.astimezone(region.tz):%H:%M}" if is_more else "",
        on_board=[_unbooked(each, pages, day) for each in found.on_board],
    )


def _stop(names: StopNames, field: str, said: Mapping[str, str]) -> list[int] | Doubt:
    """The places of the stop that is meant in a field, or the doubt about it."""
    try:
        return names.find(said[field], field=field)
    except (NoSuchStop, WhichStop) as doubt:
        choices = [(name, "?" + urlencode({**said, field: name})) for name in doubt.names]
        return Doubt(doubt.reason, choices)


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text) if text else time(0)
    except ValueError:
        raise BadInput(field="after") from None


def _row(found: Departure, pages: Mapping[str, str]) -> dict[str, Any]:
    line = found.line
    boards, alights = (each.astimezone(line.tz) for each in (found.boards_at, found.alights_at))
    sold_out = line.is_bookable and found.left <= 0
    return {
        "lead": f"{boards:%H:%M}",
        "title": _title(line),
        "note": _note(found, f"{alights:%H:%M}"),
        "href": _page_of(found, pages, found.service_date),
        "fen": found.fare_fen,
        "word": _("Full") if sold_out else late_words(found.delay_s),
        "tone": "bad" if sold_out else "warn" if found.delay_s else "",
    }


def _note(found: Departure, arrives: str) -> str:
    """The way, when it arrives, when it was to leave where it is late, and the bay."""
    words = [_("%(way)s, arrives %(when)s") % {"way": say(found.way), "when": arrives}]
    if found.delay_s:
        planned = (found.boards_at - timedelta(seconds=found.delay_s)).astimezone(found.line.tz)
        words.append(_("by the timetable %(when)s") % {"when": f"{planned:%H:%M}"})
    return " · ".join(filter(None, (*words, say(bay_words(found.bay)))))


def _unbooked(ride: OnBoard, pages: Mapping[str, str], day: date) -> dict[str, Any]:
    count = ride.alight - ride.board
    words = ngettext("%(way)s, %(count)s stop", "%(way)s, %(count)s stops", count)
    return {
        "title": _title(ride.line),
        "note": words % {"way": say(ride.way), "count": count},
        "href": _page_of(ride, pages, day),
    }


def _title(line: ShuttleLine) -> str:
    """Number and name; a line that is called as its number says it once."""
    return line.name if line.name.startswith(line.sign) else f"{line.sign} {line.name}"


def _page_of(ride: Departure | OnBoard, pages: Mapping[str, str], day: date) -> str:
    """The page of its line (``pages`` by slug), with the ride and the day chosen."""
    chosen = {"pattern": ride.pattern, "from": ride.board, "to": ride.alight, "day": f"{day}"}
    return f"{pages[ride.line.slug]}?{urlencode(chosen)}"
