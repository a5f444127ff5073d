"""The days of trips as services: as they came in, or as the tables say by now.

A trip that does not run on a day of its service, or runs on another one (a cancelled run, an
exceptional day of its line, a month without the line, the end of the trip), gets a service of its
own, shared by all trips with the same days.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from transport.feeds.cells import unpack, unpack_all
from transport.feeds.exporting.outgoing import Outgoing
from transport.feeds.gtfs.rows.service import Calendar, CalendarDate
from transport.feeds.meanings import ADDED, REMOVED, WEEK, date_kinds, service_values
from transport.feeds.models import FeedService
from transport.feeds.slugs import Slugs
from transport.lines import queries as lines
from transport.lines.calendars import ServiceDays
from transport.lines.models import (
    ExceptionKind,
    Run,
    RunState,
    Service,
    ServiceDate,
    ShuttleLine,
    TimetableTrip,
)

_TYPES = {ExceptionKind.ADDED.value: ADDED, ExceptionKind.REMOVED.value: REMOVED}
_MOST_DAYS = 800
_EVERY_MONTH = (1, 12)


@dataclass(slots=True)
class Days:
    """A service as two tables say it."""

    week: Calendar | None
    dates: list[CalendarDate] = field(default_factory=list)

    def called(self, name: str) -> Days:
        """The same days under another name."""
        week = replace(self.week, service_id=name) if self.week else None
        return Days(week, [replace(row, service_id=name) for row in self.dates])


class Services:
    """Writes the services of a feed as its trips need them."""

    def __init__(self, out: Outgoing, trips: Sequence[TimetableTrip]) -> None:
        self._out = out
        self._lines: dict[int, ShuttleLine] = {trip.line_id: trip.line for trip in trips}
        self._calendar = lines.calendar_of(self._lines)
        self._cancelled = _cancelled(out, self._lines)
        self._days: dict[int, Days] = {}
        self._ids: dict[int, str] = {}
        self._changed: dict[tuple[int | None, tuple[tuple[date, int], ...]], str] = {}
        self._last = out.today + timedelta(days=out.region.horizon_days)
        self._excepted = {line_id for line_id, _day in self._calendar.exceptions}
        self._names = Slugs((), 255)
        self._add_known(trips)

    def of(self, trip: TimetableTrip) -> str:
        """The service_id of a trip's days."""
        cancelled = self._cancelled.get(trip.pk, frozenset())
        if trip.service_id is not None and not cancelled and self._is_plain(trip):
            return self._ids[trip.service_id]
        changes = tuple(sorted(self._changes(trip, cancelled).items()))
        if trip.service_id is not None and not changes:
            return self._ids[trip.service_id]
        key = (trip.service_id, changes)
        if key not in self._changed:
            self._changed[key] = self._write(trip.service_id, changes)
        return self._changed[key]

    def _is_plain(self, trip: TimetableTrip) -> bool:
        line = self._lines[trip.line_id]
        is_all_year = (line.first_month, line.last_month) == _EVERY_MONTH
        has_days = trip.valid_from is not None or trip.valid_until is not None
        return is_all_year and not has_days and line.pk not in self._excepted

    def _changes(self, trip: TimetableTrip, cancelled: Iterable[date]) -> dict[date, int]:
        """What the trip's own days change about those of its service, from today on."""
        off = set(cancelled)
        line = self._lines[trip.line_id]
        service = self._calendar.services.get(trip.service_id or 0)
        found = {}
        for day in lines.days(self._out.today, self._until(service)):
            runs = day not in off and self._calendar.runs_on(line, trip, day)
            if runs != (service is not None and service.has(day)):
                found[day] = ADDED if runs else REMOVED
        return found

    def _until(self, service: ServiceDays | None) -> date:
        said = [self._last]
        if service is not None:
            said += [*service.dates, *([service.last] if service.last else [])]
        return min(max(said), self._out.today + timedelta(days=_MOST_DAYS))

    def _write(self, service_id: int | None, changes: tuple[tuple[date, int], ...]) -> str:
        mark = hashlib.sha256(repr(changes).encode()).hexdigest()[:8]
        if service_id is None:
            days = [day for day, _kind in changes]
            name = self._names.keep(f"days-{mark}")
            self._put(_compact(name, days) if days else _never(name, self._out.today))
            return name
        name = self._names.keep(f"{self._ids[service_id]}-{mark}")
        base = self._days[service_id].called(name)
        altered = dict(changes)
        kept = [row for row in base.dates if row.date not in altered]
        base.dates = kept + [CalendarDate(name, day, kind) for day, kind in changes]
        self._put(base)
        return name

    def _add_known(self, trips: Sequence[TimetableTrip]) -> None:
        """The services that came in, and those that operators have made, as they are now."""
        rows = FeedService.objects.filter(feed=self._out.known).select_related("service")
        current = [row for row in rows.order_by("pk") if row.is_current]
        own = {trip.service.pk: trip.service for trip in trips if trip.service}
        ids = {row.service_id for row in current} | set(own)
        now = _dates(ids)
        emitted: dict[str, Days] = {}
        for row in current:
            days = _came(row)
            if not _is_as_it_came(row.service, now[row.service_id], days):
                days = _said(row.gtfs_id, row.service, now[row.service_id], self._out.today, days)
            self._days[row.service_id] = days
            self._ids[row.service_id] = self._name(row.gtfs_id, days, emitted)
            own.pop(row.service_id, None)
        for pk, service in sorted(own.items()):
            days = _said(service.slug, service, now[pk], self._out.today)
            self._days[pk] = days
            self._ids[pk] = self._name(service.slug, days, emitted)

    def _name(self, name: str, days: Days, emitted: dict[str, Days]) -> str:
        """The id of a service: its own, another one where operators have parted what was one."""
        if emitted.get(name) == days:
            return name
        free = self._names.keep(name)
        emitted[free] = days
        self._put(days if free == name else days.called(free))
        return free

    def _put(self, days: Days) -> None:
        if days.week:
            self._out.feed.calendar.append(days.week)
        self._out.feed.calendar_dates.extend(days.dates)


def _cancelled(out: Outgoing, line_ids: Iterable[int]) -> Mapping[int, frozenset[date]]:
    """The days from today on, by trip, on which all runs of a trip are cancelled."""
    runs = Run.objects.filter(line__in=line_ids, service_date__gte=out.today)
    off = set(
        runs.filter(state=RunState.CANCELLED).values_list("trip_id", "service_date").distinct()
    )
    rest = runs.filter(state=RunState.SCHEDULED, trip__in={trip_id for trip_id, _day in off})
    off -= set(rest.values_list("trip_id", "service_date").distinct())
    found: dict[int, set[date]] = defaultdict(set)
    for trip_id, day in off:
        found[trip_id].add(day)
    return {trip_id: frozenset(days) for trip_id, days in found.items()}


def _dates(service_ids: Iterable[int]) -> dict[int, dict[date, str]]:
    found: dict[int, dict[date, str]] = defaultdict(dict)
    rows = ServiceDate.objects.filter(service__in=service_ids)
    for pk, day, kind in rows.values_list("service_id", "date", "kind"):
        found[pk][day] = kind
    return found


def _came(row: FeedService) -> Days:
    week = unpack(row.row, "calendar") if row.row else None
    return Days(week, unpack_all(row.dates, "calendar_dates"))


def _is_as_it_came(service: Service, dates: Mapping[date, str], days: Days) -> bool:
    was = service_values(days.week)
    now = {name: getattr(service, name) for name in was}
    return was == now and date_kinds(days.dates) == dates


def _said(
    name: str,
    service: Service,
    dates: Mapping[date, str],
    today: date,
    was: Days | None = None,
) -> Days:
    """A service as our tables say it by now."""
    week = None
    if service.first_date and service.last_date:
        weekdays = set(map(int, service.weekdays))
        extra = was.week.extra if was and was.week else None
        week = _week(name, weekdays, service.first_date, service.last_date, extra)
    rows = [CalendarDate(name, day, _TYPES[kind]) for day, kind in sorted(dates.items())]
    return Days(week, rows) if week or rows else _never(name, today)


def _compact(name: str, days: Sequence[date]) -> Days:
    """Some days as weekdays between the first and the last, and the exceptions of these."""
    first, last = days[0], days[-1]
    wanted = set(days)
    weekdays = {day.isoweekday() for day in days}
    rows = [
        CalendarDate(name, day, REMOVED)
        for day in lines.days(first, last)
        if day.isoweekday() in weekdays and day not in wanted
    ]
    return Days(_week(name, weekdays, first, last), rows)


def _never(name: str, today: date) -> Days:
    return Days(_week(name, (), today, today))


def _week(
    name: str,
    weekdays: Collection[int],
    first: date,
    last: date,
    extra: dict[str, str] | None = None,
) -> Calendar:
    """``weekdays`` are numbers, Monday is 1."""
    flags: dict[str, Any] = {flag: int(day in weekdays) for day, flag in enumerate(WEEK, 1)}
    return Calendar(service_id=name, start_date=first, end_date=last, extra=extra, **flags)
