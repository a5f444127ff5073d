"""Whether a service of a feed runs, and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from transport.feeds.gtfs.feed import Feed
from transport.feeds.gtfs.rows.service import Calendar

_ADDED = 1
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Services:
    """The weeks of calendar.txt, with the days that calendar_dates.txt adds and removes."""

    def __init__(self, feed: Feed) -> None:
        self._weeks = {row.service_id: row for row in feed.calendar}
        self._added: dict[str, set[date]] = defaultdict(set)
        self._removed: dict[str, set[date]] = defaultdict(set)
        for row in feed.calendar_dates:
            days = self._added if row.exception_type == _ADDED else self._removed
            days[row.service_id].add(row.date)
        self.names = {*self._weeks, *self._added, *self._removed}

    def first_day(self, name: str) -> date | None:
        """The first day on which a service runs, if there is one."""
        weekly = next(self._weekly(name), None)
        added = min(self._added.get(name, ()), default=None)
        return min((day for day in (weekly, added) if day), default=None)

    def _weekly(self, name: str) -> Iterator[date]:
        week = self._weeks.get(name)
        if week is None or not any(_flags(week)):
            return
        flags = _flags(week)
        removed = self._removed.get(name, ())
        # Counted, not compared at the end: the last day of all has no morrow.
        for ordinal in range(week.start_date.toordinal(), week.end_date.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if flags[day.weekday()] and day not in removed:
                yield day


def _flags(week: Calendar) -> tuple[int, ...]:
    return tuple(getattr(week, name) for name in _WEEK)
