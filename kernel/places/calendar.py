"""Working day, weekend or holiday: a region's own calendar, and a rule where none is published.

The calendar of a coming year is published late. Until then loading adds the holidays that the law
fixes (``computed_holidays``), marked as computed; any other day goes by its weekday. Nothing here
ever fails for a date.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from kernel.places.models import CalendarDay, DayType

_SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Day:
    """A date, its kind and, on a holiday, its name in both languages."""

    date: date
    day_type: DayType
    name_zh: str = ""
    name_en: str = ""


def days(*, region_id: int, first: date, last: date) -> dict[date, Day]:
    """Every day from ``first`` to ``last`` (both included) by date. One statement."""
    rows = CalendarDay.objects.filter(region_id=region_id, date__range=(first, last))
    known = {
        row.date: Day(row.date, DayType(row.day_type), row.name_zh, row.name_en) for row in rows
    }
    span = (last - first).days + 1
    dates = (first + timedelta(days=offset) for offset in range(span))
    return {day: known.get(day) or by_weekday(day) for day in dates}


def day_types(
    *, region_ids: Collection[int], first: date, last: date
) -> Mapping[tuple[int, date], DayType]:
    """The published kinds of day of several regions; what is absent goes by its weekday."""
    rows = CalendarDay.objects.filter(region_id__in=region_ids, date__range=(first, last))
    return {
        (region_id, day): DayType(kind)
        for region_id, day, kind in rows.values_list("region_id", "date", "day_type")
    }


def by_weekday(day: date) -> Day:
    """What a day is when nobody has published anything else."""
    is_weekend = day.isoweekday() >= _SATURDAY
    return Day(day, DayType.WEEKEND if is_weekend else DayType.WORKDAY)


def computed_holidays(country: str, years: Collection[int]) -> list[Day]:
    """Holidays fixed by law, without the swapped working days of the yearly decree, by date.

    Empty for a country that the holidays package does not know.
    """
    try:
        chinese, english = (
            holidays.country_holidays(country, years=sorted(years), observed=False, language=code)
            for code in ("zh_CN", "en_US")
        )
    except NotImplementedError:
        return []
    return [Day(day, DayType.HOLIDAY, chinese[day], english[day]) for day in sorted(english)]
