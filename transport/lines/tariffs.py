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
from transport.lines.models import ADULT, Pattern, ShuttleLine
from transport.lines.queries import Stops
from transport.lines.ways import way


@dataclass(frozen=True, slots=True)
class _Ride:
    """A ride from the first stop of a pattern, in words, and what it takes to work out its fare."""

    name: str
    stops: Stops
    alight: int

    def fen(self, permille: int) -> int:
        return queries.fare_of(self.stops, 0, self.alight, permille)


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
    patterns = queries.stops_of_lines([pk])
    found = _Fares(
        {
            f"{stops[0].pattern.slug}:{number}": _Ride(say(way(stops, 0, number)), stops, number)
            for stops in patterns.values()
            for number in range(1, len(stops))
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


def of_pattern(pk: int, *, lock: bool = False) -> Tariff | None:
    """The fares of the line of a stop pattern; None: there is no such pattern."""
    line_id = Pattern.objects.filter(pk=pk).values_list("line_id", flat=True).first()
    return None if line_id is None else of_line(line_id, lock=lock)


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
