"""The loader of the official calendar: working days, weekends, public holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from kernel.places import calendar
from kernel.places.loading.folders import Folder, RegionFacts
from kernel.places.loading.gazetteer import provenance
from kernel.places.loading.merging import Tally, merge
from kernel.places.loading.sheets import Row
from kernel.places.models import CalendarDay, DayType, Region
from kernel.provenance import Confidence

_COLUMNS = ("date", "day_type", "name_zh", "name_en", "source", "confidence")
_DAY_TYPES = {
    "workday": DayType.WORKDAY,
    "weekend": DayType.WEEKEND,
    "public_holiday": DayType.HOLIDAY,
    "makeup_workday": DayType.MAKEUP,
}
_COMPUTED_YEARS = 2

Values = dict[str, Any]


class CalendarLoader:
    """Reads calendar.csv; a region without one goes by its weekdays."""

    name = "calendar"

    def check(self, folder: Folder, facts: RegionFacts) -> list[Values]:
        """The published days, and the computed holidays of the years that are not published yet."""
        published = folder.sheet("calendar.csv", _day, columns=_COLUMNS, required=False)
        if not published:
            return published
        last = max(row["date"] for row in published).year
        years = range(last + 1, last + 1 + _COMPUTED_YEARS)
        computed = calendar.computed_holidays(facts.country, years)
        return published + [_computed(day) for day in computed]

    def write(self, parsed: Sequence[Values], *, region: Region, at: datetime) -> list[Tally]:
        rows = [{"region_id": region.pk, **row} for row in parsed]
        return [merge(CalendarDay.objects.filter(region=region), key=("date",), rows=rows)]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return 0

    def horizon(self, *, region: Region) -> date | None:
        return None


def _day(row: Row) -> Values:
    day = row.day("date")
    row.define("calendar day", "date", day.isoformat())
    kind = row.choice("day_type", _DAY_TYPES)
    return {
        "date": day,
        "day_type": _DAY_TYPES.get(kind, DayType.WORKDAY).value,
        "name_zh": row.text("name_zh", most=60, blank=True),
        "name_en": row.text("name_en", most=60, blank=True),
        **provenance(row),
    }


def _computed(day: calendar.Day) -> Values:
    return {
        "date": day.date,
        "day_type": day.day_type.value,
        "name_zh": day.name_zh[:60],
        "name_en": day.name_en[:60],
        "source": "computed by the holidays package; the year's decree is not published",
        "confidence": Confidence.LOW.value,
    }
