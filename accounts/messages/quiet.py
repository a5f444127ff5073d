"""Quiet hours: a window of the wall clock in which nobody is woken up."""

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
