"""Quiet hours, a window of the wall clock in which nobody is woken up; time to answer stands still then."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

FROM, UNTIL = time(22), time(8)
"""Where the person has chosen nothing."""


def end_of_quiet(at: datetime, zone: str, start: time, until: time) -> datetime | None:
    """When the quiet window around ``at`` ends; None outside of it.

    The window is half-open and may reach over midnight; equal times are no window. Both are on the
    clock of ``zone``; a time that a change of the clock leaves out is the first one after it.
    """
    tz = ZoneInfo(zone)
    local = at.astimezone(tz)
    now = local.time()
    if start <= until:
        is_quiet, ends_on = start <= now < until, local.date()
    else:
        is_quiet = now >= start or now < until
        ends_on = local.date() + timedelta(days=1) if now >= start else local.date()
    if not is_quiet:
        return None
    return datetime.combine(ends_on, until, tzinfo=tz).astimezone(at.tzinfo)


def is_night(at: datetime, zone: str) -> bool:
    """Whether people who have chosen nothing are not woken up now."""
    return end_of_quiet(at, zone, FROM, UNTIL) is not None


def waking_until(
    at: datetime, length: timedelta, zone: str, *, before: datetime | None = None
) -> datetime:
    """When somebody who is asked at ``at`` has had ``length`` of waking time to answer.

    The one rule of every time to answer: it runs from 8:00 to 22:00 on the clock of ``zone``, and stands
    still at night. Where that would be later than ``before`` (what is asked about has begun by then), it is
    so long by the clock, whatever the hour.
    """
    plain, until = at + length, _skip_nights(at, length, zone)
    return plain if before is not None and until >= before else until


def _skip_nights(at: datetime, length: timedelta, zone: str) -> datetime:
    tz, start = ZoneInfo(zone), end_of_quiet(at, zone, FROM, UNTIL) or at
    while True:
        night = datetime.combine(start.astimezone(tz).date(), FROM, tzinfo=tz)
        if start + length <= night:
            return start + length
        morning = end_of_quiet(night, zone, FROM, UNTIL)
        if morning is None:
            return start + length
        length -= night - start
        start = morning.astimezone(at.tzinfo)
