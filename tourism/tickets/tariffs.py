"""The price list of a product day by day, as the back office shows it and asks before it changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from bookings.pricing.lists import Rule, standing
from bookings.pricing.tariffs import Cost, DayPrices, Tariff, class_costs, together_costs
from bookings.pricing.telling import days_words, published
from kernel.naming import say
from kernel.places.calendar import Day
from kernel.web.templatetags.quanyu import money
from tourism.areas.models import SeasonName
from tourism.tickets import facts as products
from tourism.tickets.facts import ProductFacts
from tourism.tickets.models import Product, ProductKind


def of_product(pk: int, *, lock: bool = False) -> Tariff | None:
    """The price list of a product as it stands in this transaction; None: there is no such product."""
    if lock:
        Product.objects.select_for_update(no_key=True).filter(pk=pk).first()
    facts = products.facts_now([pk]).get(pk)
    return _tariff(facts) if facts else None


def of_area(pk: int, *, lock: bool = False) -> Tariff | None:
    """The price list that follows the seasons of a scenic area; None: nothing is sold there."""
    admission = Product.objects.filter(area_id=pk, kind=ProductKind.ADMISSION)
    product_id = admission.values_list("pk", flat=True).first()
    return None if product_id is None else of_product(product_id, lock=lock)


def _tariff(facts: ProductFacts) -> Tariff:
    words = _("Deposit a person")
    return Tariff(
        title=say(facts.title),
        region=facts.region,
        on=lambda day: _on(facts, day),
        last=_last(facts),
        always=(Cost("deposit", words, facts.deposit_fen, money(facts.deposit_fen)),),
    )


def _last(facts: ProductFacts) -> date | None:
    """The last day that the list names."""
    rules = [rule.days.last for rule in facts.prices.rules]
    named = [*rules, *(days.last for days, _group in facts.prices.groups)]
    return max((each for each in named if each), default=None)


def _on(facts: ProductFacts, day: Day) -> DayPrices:
    prices = facts.prices
    fen = prices.by_class(day.date, day.day_type)
    names = {fare.code: say(fare.name) for fare in prices.fares}
    groups = prices.groups_on(day.date, day.day_type)
    together = published(groups, fen_by_class=fen, names=names)
    shut = facts.shut_on(day.date)
    return DayPrices(
        rules=tuple(_rules(facts, day)),
        costs=(*class_costs(fen, names), *together_costs(together)),
        closed=say(shut.reason) if shut else "",
    )


def _rules(facts: ProductFacts, day: Day) -> Iterable[str]:
    """What sets the adults' price, whom the others follow; then the classes with a rule of their own."""
    rules = facts.prices.rules
    found = standing(rules, day.date, day.day_type)
    yield _words(found) if found else _season_words(facts, day.date)
    for fare in facts.prices.fares:
        own = standing(rules, day.date, day.day_type, fare.code)
        if own:
            yield f"{say(fare.name)}: {_words(own)}"


def _words(rule: Rule) -> str:
    return days_words(rule.days)


def _season_words(facts: ProductFacts, day: date) -> str:
    season = facts.prices.season(day)
    return _("Peak season") if season is SeasonName.PEAK else _("Off season")
