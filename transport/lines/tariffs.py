"""The fares of a line day by day, as the back office shows them and asks before they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bookings.pricing import queries as pricing
from bookings.pricing.lists import Rule, standing
from bookings.pricing.queries import Seasonal, groups_on
from bookings.pricing.tariffs import DayPrices, Tariff, class_costs, together_costs
from bookings.pricing.telling import days_words, published
from kernel.naming import say
from kernel.places.calendar import Day
from kernel.web.fields import percent
from transport.lines import fares, queries
from transport.lines.models import ADULT, Direction, ShuttleLine
from transport.lines.queries import Pattern
from transport.lines.ways import way


@dataclass(frozen=True, slots=True)
class _Ride:
    """A ride from the first stop of a direction, in words, and what it takes to work out its fare."""

    name: str
    from_first_fen: Sequence[int]
    alight: int

    def fen(self, permille: int) -> int:
        return fares.fare_fen(self.from_first_fen, 0, self.alight, permille)


@dataclass(frozen=True, slots=True)
class _Fares:
    """All that decides what riding a line costs."""

    rides: Mapping[str, _Ride]
    rules: Sequence[Rule]
    groups: Sequence[Seasonal]


def of_line(pk: int, *, lock: bool = False) -> Tariff | None:
    """The fares of a line as they stand in this transaction; None: there is no such line."""
    if lock:
        ShuttleLine.objects.select_for_update(no_key=True).filter(pk=pk).first()
    row = queries.priced_line(pk)
    if row is None:
        return None
    patterns = queries.patterns_of([pk])
    found = _Fares(
        {
            f"{way}:{stop}": _ride(patterns[pk, way], stop)
            for way in Direction
            for stop in range(1, len(patterns.get((pk, way), ())))
        },
        [pricing.read_rule(each) for each in row.rule_rows],
        [pricing.read_group(each) for each in row.group_rows],
    )
    ends = [rule.days.last for rule in found.rules] + [days.last for days, _group in found.groups]
    return Tariff(
        title=row.name,
        region=row.region,
        on=lambda day: _on(found, day),
        last=max((each for each in ends if each), default=None),
    )


def _ride(pattern: Pattern, stop: int) -> _Ride:
    name = say(way(pattern, 0, stop))
    return _Ride(name, [each.fare_fen for each in pattern], stop)


def _on(found: _Fares, day: Day) -> DayPrices:
    rule = standing(found.rules, day.date, day.day_type)
    permille = rule.permille if rule else fares.USUAL
    fen = {code: ride.fen(permille) for code, ride in found.rides.items()}
    names = {code: ride.name for code, ride in found.rides.items()}
    groups = groups_on(found.groups, day.date, day.day_type)
    whole_fen = max(fen.values(), default=0)
    together = published(groups, fen_by_class={ADULT: whole_fen}, names={ADULT: _("seat")})
    words = _("Usual fares")
    if rule:
        share = _("%(percent)s %% of the usual fare") % {"percent": percent(permille)}
        words = f"{days_words(rule.days)}: {share}"
    return DayPrices((words,), (*class_costs(fen, names), *together_costs(together)))
