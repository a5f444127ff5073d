"""A price list month by month, as its calendar shows it. Rules are numbered as they are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import pgettext

from bookings.pricing.tariffs import DayPrices, Tariff
from kernel.errors import BadInput
from kernel.naming import EN, ZH, say
from kernel.places import calendar
from kernel.web.requests import day as read_day

_AHEAD = 14
"""Months that are offered to choose from."""

_YEARS = 10
_COLOURS = 6
_MOST_WORDS = 240
_LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: what kind of day it is, its prices, and the number of what sets them."""

    day: date
    kind: str
    holiday: str
    prices: DayPrices
    number: int
    is_today: bool

    @property
    def colour(self) -> int:
        """Six colours go round; the number beside them does not."""
        return colour(self.number)

    @property
    def words(self) -> str:
        """The day without its year, which stands above the month."""
        return date_format(self.day, pgettext("date format", "D j M"))


@dataclass(frozen=True, slots=True)
class Key:
    """What sets the prices of some days of the month, by its number."""

    number: int
    rules: Sequence[str]
    days: int

    @property
    def colour(self) -> int:
        return colour(self.number)


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month of prices, the ones beside it, and those to choose from."""

    month: date
    before: date
    after: date
    choices: Sequence[date]
    cells: Sequence[Cell]
    keys: Sequence[Key]

    @property
    def is_grid(self) -> bool:
        """Whether the names of the prices are short enough for seven days beside each other."""
        return all(
            sum(len(cost.name) for cost in cell.prices.costs) <= _MOST_WORDS for cell in self.cells
        )

    @property
    def starts_on(self) -> int:
        """The weekday of the first, Monday is 1."""
        return self.month.isoweekday()


def colour(number: int) -> int:
    """The colour of a rule by its number."""
    return (number - 1) % _COLOURS + 1


def month_of(tariff: Tariff, wanted: str, *, at: datetime) -> MonthPage:
    """The month that is called ``wanted``, such as 2026-10, or the present one.

    :raises BadInput: no month, or one too far away.
    """
    today = tariff.region.local_date(at)
    month = _read(wanted) if wanted else today.replace(day=1)
    if abs(month.year - today.year) > _YEARS:
        raise BadInput(field="month")
    days = calendar.days(
        region_id=tariff.region.pk, first=month, last=_next(month) - timedelta(days=1)
    )
    numbers: dict[Sequence[str], int] = {}
    cells = [_cell(tariff, days[each], numbers, today) for each in sorted(days)]
    return MonthPage(
        month=month,
        before=(month - timedelta(days=1)).replace(day=1),
        after=_next(month),
        choices=_choices(today.replace(day=1), month),
        cells=cells,
        keys=_keys(numbers, cells),
    )


def _read(wanted: str) -> date:
    return read_day(f"{wanted}-01", field="month")


def _next(month: date) -> date:
    return (month + _LONGEST_MONTH).replace(day=1)


def _choices(first: date, shown: date) -> Sequence[date]:
    found = [first]
    while len(found) < _AHEAD:
        found.append(_next(found[-1]))
    return sorted({*found, shown})


def _cell(
    tariff: Tariff, day: calendar.Day, numbers: dict[Sequence[str], int], today: date
) -> Cell:
    prices = tariff.on(day)
    return Cell(
        day=day.date,
        kind=str(day.day_type.label),
        holiday=say({ZH: day.name_zh, EN: day.name_en}),
        prices=prices,
        number=numbers.setdefault(prices.rules, len(numbers) + 1),
        is_today=day.date == today,
    )


def _keys(numbers: Mapping[Sequence[str], int], cells: Sequence[Cell]) -> Sequence[Key]:
    return [
        Key(number, rules, sum(cell.number == number for cell in cells))
        for rules, number in numbers.items()
    ]
