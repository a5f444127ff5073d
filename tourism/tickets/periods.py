"""When a limit's period begins: on the calendar of the place, by the day of the visit."""

from __future__ import annotations

from datetime import date

from bookings.contracts import Limit, Member, Period
from tourism.areas.models import SeasonName, season_of
from tourism.tickets.facts import ProductFacts

_DECEMBER = 12


def limits_for(facts: ProductFacts, member: Member, day: date) -> tuple[Limit, ...]:
    """What holds for one person on a visiting day; nothing for whom no document says who they are."""
    if not member.index:
        return ()
    return tuple(
        Limit(
            scope=f"ticket:{facts.product_id}",
            period=period,
            begins=begin_of(
                period, day, facts.prices.peak_first_month, facts.prices.peak_last_month
            ),
            most=most,
            person=member.index,
            masked=_masked(member),
        )
        for period, most in facts.limits
    )


def begin_of(period: Period, day: date, first_month: int, last_month: int) -> date:
    """The first day of the period that a day is in; the peak is from ``first_month`` to ``last_month``."""
    if period is Period.DAY:
        return day
    if period is Period.MONTH:
        return day.replace(day=1)
    if period is Period.YEAR:
        return day.replace(month=1, day=1)
    is_peak = season_of(day, first_month, last_month) == SeasonName.PEAK
    begins = first_month if is_peak else last_month % _DECEMBER + 1
    year = day.year if day.month >= begins else day.year - 1
    return date(year, begins, 1)


def _masked(member: Member) -> str:
    """Enough to know one's own people by, and no more: \"王** ****1234\"."""
    return f"{member.name[:1]}** {member.masked[-8:]}"
