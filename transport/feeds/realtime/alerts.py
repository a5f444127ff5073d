"""Alerts: runs and days that do not take place, stops that are shut, warnings about places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from google.transit import gtfs_realtime_pb2 as rt

from bookings.warnings import queries as warnings
from kernel.naming import EN, ZH
from kernel.naming import say as in_words
from kernel.places import live
from transport.feeds.realtime.telling import LANGUAGES, Telling, key_of, say, seconds
from transport.feeds.realtime.updates import AHEAD, BEHIND
from transport.lines import queries as lines
from transport.lines.models import Run, RunState, ServiceException

DAYS_AHEAD = 7
"""So many days before a line does not run on a day it is said."""

_NO_SERVICE, _UNKNOWN_EFFECT = rt.Alert.NO_SERVICE, rt.Alert.UNKNOWN_EFFECT


def tell(telling: Telling) -> None:
    """Write an entity each."""
    _cancelled_runs(telling)
    _days_off(telling)
    _shut_stops(telling)
    _warnings(telling)


def _cancelled_runs(telling: Telling) -> None:
    near = lines.unusual_runs(telling.region, after=telling.at - BEHIND, until=telling.at + AHEAD)
    off = [run for run in telling.known(near) if run.state == RunState.CANCELLED]
    for run in off:
        header = both(partial(_header, run))
        alert = _alert(telling, f"cancelled-{key_of(run)}", _NO_SERVICE, header)
        telling.describe(alert.informed_entity.add().trip, run)
        alert.active_period.add(end=seconds(run.departs_at + BEHIND))


def _header(run: Run) -> str:
    words = _("%(line)s: the departure of %(when)s does not take place")
    return words % {"line": in_words(run.line.words), "when": run.local_departure}


def _days_off(telling: Telling) -> None:
    today = telling.region.local_date(telling.at)
    for off in lines.days_off(telling.region, first=today, last=today + timedelta(DAYS_AHEAD)):
        if off.line_id not in telling.ids.routes:
            continue
        header = both(partial(_day_header, off))
        alert = _alert(telling, f"day-off-{off.pk}", _NO_SERVICE, header)
        say(alert.description_text, {ZH: off.reason_zh, EN: off.reason_en})
        alert.informed_entity.add(route_id=telling.ids.routes[off.line_id])
        start = telling.region.at(off.date, time(0))
        _period(alert, start, start + timedelta(days=1))


def _day_header(off: ServiceException) -> str:
    words = _("%(line)s does not run on %(day)s")
    return words % {"line": in_words(off.line.words), "day": off.date.isoformat()}


def _shut_stops(telling: Telling) -> None:
    """What an operator has shut, where vehicles stop."""
    shut: dict[int, dict[str, str]] = {}
    for code in LANGUAGES:
        with translation.override(code):
            for place_id, now in live.of_region(telling.region.pk, at=telling.at).items():
                if now.shut and place_id in telling.ids.stops:
                    shut.setdefault(place_id, {})[code] = now.shut
    for place_id, words in sorted(shut.items()):
        alert = _alert(telling, f"shut-{place_id}", _UNKNOWN_EFFECT, words)
        alert.informed_entity.add(stop_id=telling.ids.stops[place_id])


def _warnings(telling: Telling) -> None:
    operators = lines.operators_of(telling.ids.routes)
    for warning, place_ids in warnings.in_region(telling.region.pk, at=telling.at):
        stops = sorted(telling.ids.stops[pk] for pk in place_ids if pk in telling.ids.stops)
        if not stops or warning.organisation_id not in (None, *operators):
            continue
        alert = _alert(telling, f"warning-{warning.pk}", _UNKNOWN_EFFECT, warning.title)
        say(alert.description_text, warning.text)
        for stop_id in stops:
            alert.informed_entity.add(stop_id=stop_id)
        _period(alert, warning.affects_from, warning.affects_until)


def _alert(telling: Telling, key: str, effect: Any, header: Mapping[str, str]) -> rt.Alert:
    alert = telling.entity(key).alert
    alert.effect = effect
    say(alert.header_text, header)
    return alert


def _period(alert: rt.Alert, start: datetime, end: datetime) -> None:
    alert.active_period.add(start=seconds(start), end=seconds(end))


def both(words: Callable[[], str]) -> dict[str, str]:
    """A text in each language."""
    found = {}
    for code in LANGUAGES:
        with translation.override(code):
            found[code] = words()
    return found
