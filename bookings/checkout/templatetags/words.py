"""Words of frozen offers in the active language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.translation import ngettext

from bookings import terms
from bookings.contracts import Offer, Part
from bookings.orders.models import Line
from bookings.pricing import telling
from kernel import clock
from kernel.naming import say
from kernel.web.templatetags.quanyu import at_place

register = template.Library()


@register.filter
def ladder(line: Line) -> list[terms.Rung]:
    """What comes back of a line, step by step, with the step of now."""
    return terms.ladder(line.frozen_terms, starts_at=line.starts_at, at=clock.now())


@register.filter
def percent(permille: int) -> str:
    """Thousandths as a percentage: 1000 is "100 %"."""
    whole, tenths = divmod(permille, 10)
    return f"{whole}.{tenths} %" if tenths else f"{whole} %"


@register.filter
def words(mapping: Mapping[str, str]) -> str:
    """The text of {"zh-hans": …, "en": …} in the active language."""
    return say(mapping)


@register.filter
def discounts(parts: Iterable[Part]) -> list[tuple[Mapping[str, str], int]]:
    """What each campaign takes off these parts: title and fen, in the order in which they are applied."""
    off: dict[str, tuple[Mapping[str, str], int]] = {}
    for part in parts:
        for each in part.discounts:
            off[each.code] = each.title, off.get(each.code, ({}, 0))[1] + each.fen
    return list(off.values())


@register.filter
def people_count(number: int) -> str:
    """ "4 people"."""
    return ngettext("%(n)s person", "%(n)s people", number) % {"n": number}


@register.filter
def people(classes: Sequence[str]) -> str:
    """How many people an item is for."""
    return people_count(len(classes))


@register.filter
def by_day(things: Iterable[Any], timezone: str) -> list[tuple[date, list[Any]]]:
    """Things with a ``starts_at`` in the order of time, below the day each has at the place."""
    zone = ZoneInfo(timezone)
    ordered = sorted(things, key=lambda thing: thing.starts_at)
    days = groupby(ordered, lambda thing: thing.starts_at.astimezone(zone).date())
    return [(day, list(found)) for day, found in days]


@register.filter
def parts_of(chosen: Mapping[int, Sequence[str]], line_id: int) -> Sequence[str]:
    """The part keys that were chosen of a line."""
    return chosen.get(line_id, ())


@register.filter
def together(offer: Offer) -> list[telling.Together]:
    """The parts of an offer below the family or group price that each has."""
    return telling.together(offer.parts, offer.group_prices)


@register.filter
def holder(part: Part, names: Mapping[int, str]) -> str:
    """Who a part is for; empty where nobody is named."""
    return names.get(part.traveller_id, "")


@register.simple_tag
def part_holder(names: Mapping[tuple[int, str], str], line_id: int, key: str) -> str:
    """Who a part of a line that was sold is for; empty where nobody is named."""
    return names.get((line_id, key), "")


@register.simple_tag
def at_place_words(moment: datetime, timezone: str) -> str:
    """The day and time of a moment at the place, as a variable for a component."""
    return at_place(moment, timezone)
