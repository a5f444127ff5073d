"""Price lists: which published rule sets the price of a day. Pure; prices in integer fen.

Nothing here knows who buys: a price depends on the class, the day of use and what kind of day that is.
How overlapping rules are settled: docs/algorithms/pricing.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.places.models import DayType

ANY_WEEKDAY = "1234567"
_WEEKEND = "67"
_WEEK = len(ANY_WEEKDAY)


class DayKind(models.TextChoices):
    """On which days of its range a rule holds; the more special one wins."""

    ANY = "ANY", _("any day")
    WORKDAY = "WORKDAY", _("working days")
    WEEKEND = "WEEKEND", _("weekends")
    HOLIDAY = "HOLIDAY", _("public holidays")


_KIND_OF_DAY = {
    DayType.WORKDAY: DayKind.WORKDAY,
    DayType.MAKEUP: DayKind.WORKDAY,
    DayType.WEEKEND: DayKind.WEEKEND,
    DayType.HOLIDAY: DayKind.HOLIDAY,
}


def kind_of(day_type: DayType) -> DayKind:
    """What a day of the calendar is to a price list: a weekend worked instead is a working day."""
    return _KIND_OF_DAY[day_type]


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a season on which something holds, both ends included; None is open-ended."""

    first: date | None = None
    last: date | None = None
    weekdays: str = ANY_WEEKDAY
    day_kind: DayKind = DayKind.ANY

    def hold(self, day: date, day_type: DayType) -> bool:
        """Whether a day, which is of this kind, is one of them."""
        begun = self.first is None or self.first <= day
        return (
            begun
            and (self.last is None or day <= self.last)
            and str(day.isoweekday()) in self.weekdays
            and self.day_kind in (DayKind.ANY, kind_of(day_type))
        )

    @property
    def special(self) -> int:
        """How special the days are: a holiday more than a part of the week, that more than any day."""
        if self.day_kind is DayKind.HOLIDAY:
            return 2
        return int(self.day_kind is not DayKind.ANY or len(set(self.weekdays)) < _WEEK)

    def meet(self, other: Days) -> bool:
        """Whether a day may be one of both, whatever kind of day a calendar makes of it."""
        first = max(self.first or date.min, other.first or date.min)
        last = min(self.last or date.max, other.last or date.max)
        if len({self.day_kind, other.day_kind} - {DayKind.ANY}) > 1:
            return False
        common = self._weekdays & other._weekdays
        ahead = range(min((last - first).days + 1, _WEEK))
        return any(str((first + timedelta(n)).isoweekday()) in common for n in ahead)

    @property
    def _weekdays(self) -> set[str]:
        """Weekends are on no other weekdays; holidays and worked weekends are on any."""
        possible = _WEEKEND if self.day_kind is DayKind.WEEKEND else ANY_WEEKDAY
        return set(self.weekdays) & set(possible)


@dataclass(frozen=True, slots=True)
class Rule:
    """Another price on some days: ``price_fen`` or, where that is None, ``permille`` of the usual one.

    ``class_code`` "" is the price that the other classes have their share of.
    """

    days: Days
    price_fen: int | None = None
    permille: int = 1000
    class_code: str = ""
    precedence: int = 0

    def price(self, usual_fen: int) -> int:
        """What costs ``usual_fen`` on other days, in fen."""
        return share(usual_fen, self.permille) if self.price_fen is None else self.price_fen

    def rivals(self, other: Rule) -> bool:
        """Whether only their dates would settle which of two rules of one class holds on a day."""
        same_class = self.class_code == other.class_code
        return same_class and self._standing == other._standing and self.days.meet(other.days)

    @property
    def _standing(self) -> tuple[int, int]:
        return self.precedence, self.days.special


def standing(
    rules: Iterable[Rule], day: date, day_type: DayType, class_code: str = ""
) -> Rule | None:
    """The one rule that sets the price of a class on a day; None where none does.

    The higher precedence wins; then the more special kind of day; then the season that begins
    later; then the one that ends earlier; then the lower price. The order of the rules says nothing.
    """
    held = [r for r in rules if r.class_code == class_code and r.days.hold(day, day_type)]
    return min(held, key=_rank, default=None)


def need_day_types(days: Iterable[Days]) -> bool:
    """Whether anybody has to look at the calendar for these."""
    return any(each.day_kind is not DayKind.ANY for each in days)


def share(fen: int, permille: int) -> int:
    """So many thousandths of a price, to the nearest fen; half a fen goes up."""
    return (fen * permille + 500) // 1000


def _rank(rule: Rule) -> tuple[int, ...]:
    days = rule.days
    first = (days.first or date.min).toordinal()
    last = (days.last or date.max).toordinal()
    fixed = rule.price_fen is not None
    worth: Sequence[int] = (0, rule.price_fen or 0) if fixed else (1, rule.permille)
    return (-rule.precedence, -days.special, -first, last, *worth)
