"""Who pays what on which day. Pure: facts in, fen out.

The adult price comes from the season or from the price rule that stands on the day; a concession is a
share of it, rounded to whole yuan (half a yuan goes up), as the areas' own price lists do, unless a
rule names its class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bookings.contracts import GroupPrice, Words
from bookings.pricing.lists import Rule, need_day_types, standing
from bookings.pricing.queries import Seasonal, groups_on
from kernel.places.models import DayType
from tourism.areas.models import SeasonName, season_of

ADULT = "adult"
ANNUAL_CARD = "annual_card"
"""The class of who holds a card of the area: looked up by the document."""


@dataclass(frozen=True, slots=True)
class Fare:
    """One class of visitors: its share of the adult price or its own in fen, and who belongs to it."""

    code: str
    name: Words
    condition: Words
    permille: int
    age_from: int | None = None
    age_to: int | None = None
    needs_proof: bool = False
    peak_fen: int | None = None
    off_fen: int | None = None

    @property
    def is_by_age(self) -> bool:
        """Whether the document alone decides."""
        return not self.needs_proof and (self.age_from is not None or self.age_to is not None)

    def usual_fen(self, adult_fen: int, season: SeasonName) -> int:
        """What it pays beside an adult in a season, in fen."""
        own_fen = self.peak_fen if season is SeasonName.PEAK else self.off_fen
        return share_fen(adult_fen, self.permille) if own_fen is None else own_fen

    def fits(self, age: int) -> bool:
        """Whether somebody of this age may have it, as far as age goes."""
        return (self.age_from or 0) <= age and (self.age_to is None or age <= self.age_to)


@dataclass(frozen=True, slots=True)
class PriceList:
    """All that decides the price of a product: seasons in fen, rules, fares, group prices."""

    peak_fen: int
    off_fen: int
    peak_first_month: int
    peak_last_month: int
    rules: tuple[Rule, ...]
    fares: tuple[Fare, ...]
    groups: tuple[Seasonal, ...] = ()

    @property
    def needs_day_types(self) -> bool:
        """Whether a price depends on what kind of day it is."""
        return need_day_types([rule.days for rule in self.rules]) or need_day_types(
            [days for days, _group in self.groups]
        )

    def season(self, day: date) -> SeasonName:
        """The season of a day, whose price holds where no rule says another."""
        return season_of(day, self.peak_first_month, self.peak_last_month)

    def adult_fen(self, day: date, day_type: DayType) -> int:
        """The adult price of a day, in fen."""
        usual_fen = self.peak_fen if self.season(day) is SeasonName.PEAK else self.off_fen
        rule = standing(self.rules, day, day_type)
        return rule.price(usual_fen) if rule else usual_fen

    def by_class(self, day: date, day_type: DayType) -> dict[str, int]:
        """What each class pays on a day, in fen."""
        adult_fen = self.adult_fen(day, day_type)
        return {fare.code: self._class_fen(fare, adult_fen, day, day_type) for fare in self.fares}

    def price_fen(self, fare: Fare, day: date, day_type: DayType) -> int:
        """What somebody of this class pays on a day, in fen."""
        return self._class_fen(fare, self.adult_fen(day, day_type), day, day_type)

    def groups_on(self, day: date, day_type: DayType) -> tuple[GroupPrice, ...]:
        """The family and group prices that are published for a day."""
        return groups_on(self.groups, day, day_type)

    def _class_fen(self, fare: Fare, adult_fen: int, day: date, day_type: DayType) -> int:
        usual_fen = fare.usual_fen(adult_fen, self.season(day))
        rule = standing(self.rules, day, day_type, fare.code)
        return rule.price(usual_fen) if rule else usual_fen


def share_fen(adult_fen: int, permille: int) -> int:
    """A share of a price. The whole price stays exact; a part of it is rounded to whole yuan."""
    if permille == 1000:
        return adult_fen
    return (adult_fen * permille + 50_000) // 100_000 * 100


def age_on(birth: date, day: date) -> int:
    """Whole years on a day; who is not born yet counts as 0."""
    had_birthday = (day.month, day.day) >= (birth.month, birth.day)
    return max(day.year - birth.year - (0 if had_birthday else 1), 0)


def fare_like(fares: Sequence[Fare], other: Fare) -> Fare | None:
    """The class here of who travels in a class of another product: by their age, otherwise as adults.

    None where there are no adults here.
    """
    edge = other.age_from if other.age_to is None else other.age_to
    return fare_for(fares, ADULT, edge if other.is_by_age else None)


def fare_for(fares: Sequence[Fare], chosen: str, age: int | None) -> Fare | None:
    """The class that somebody travels in; None when there is no class called ``chosen``.

    The document wins: with a known age it is the cheapest class that the age gives, or the chosen
    one where that needs another proof and the age does not forbid it. Without a known age the
    chosen class holds and the gate looks at the document.
    """
    by_code: Mapping[str, Fare] = {fare.code: fare for fare in fares}
    wanted = by_code.get(chosen or ADULT)
    if wanted is None or age is None:
        return wanted
    possible = [fare for fare in fares if fare.is_by_age and fare.fits(age)]
    if wanted.needs_proof and wanted.fits(age):
        possible.insert(0, wanted)
    adult = by_code.get(ADULT, wanted)
    return min([*possible, adult], key=lambda fare: fare.permille)
