"""Carts of twelve lines for families, of both sellers, under price lists and family prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from bench.people import Buyer
from bookings import registry
from bookings.baskets.models import Basket, Item
from bookings.contracts import Listing
from bookings.pricing.lists import DayKind
from kernel import clock, codes
from kernel.places.models import Region
from tourism.tickets.models import FamilyPrice, PriceRule, Product
from transport.lines.models import FareRule, GroupFare, ShuttleLine

LINES, RIDES = 12, 4
_WEEKEND = "67"
_ANY, _HOLIDAY = DayKind.ANY, DayKind.HOLIDAY


def publish_price_lists(region: Region) -> int:
    """Give everything on sale a season, a weekend and a holiday price, a family and a group price.

    Returns how many rules there are.
    """
    first = region.local_date(clock.now()) - timedelta(days=10)
    last = first + timedelta(days=60)
    seasons = ((_ANY, "1234567"), (_ANY, _WEEKEND), (_HOLIDAY, "1234567"))
    rules = PriceRule.objects.bulk_create(
        PriceRule(product=product, price_fen=max(100, product.off_price_fen) + 500 * number,
                  precedence=number, **_days(first, last, kind, weekdays))
        for product in Product.objects.filter(is_on_sale=True)
        for number, (kind, weekdays) in enumerate(seasons)
    )  # fmt: skip
    fares = FareRule.objects.bulk_create(
        FareRule(line=line, permille=1000 + 100 * number, precedence=number,
                 **_days(first, last, kind, weekdays))
        for line in ShuttleLine.objects.filter(is_open=True)
        for number, (kind, weekdays) in enumerate(seasons)
    )  # fmt: skip
    together = ({"members": "adult:2", "permille": 900}, {"least": 3, "permille": 850})
    families = FamilyPrice.objects.bulk_create(
        FamilyPrice(product_id=pk, name_zh="家庭", name_en="Family", **how,
                    **_days(first, last, _ANY, "1234567"))
        for pk in {rule.product_id for rule in rules} for how in together
    )  # fmt: skip
    groups = GroupFare.objects.bulk_create(
        GroupFare(line_id=pk, name_zh="同行", name_en="Together", **how,
                  **_days(first, last, _ANY, "1234567"))
        for pk in {rule.line_id for rule in fares} for how in together
    )  # fmt: skip
    return sum(len(made) for made in (rules, fares, families, groups))


def _days(first: date, last: date, kind: DayKind, weekdays: str) -> dict[str, object]:
    return {"first_date": first, "last_date": last, "day_kind": kind, "weekdays": weekdays}


def fill(region: Region, buyers: Sequence[Buyer]) -> int:
    """A cart for each buyer, no two alike: eight entry times and four rides, two or three people each.

    Returns how many different things there are to choose from.
    """
    day = region.local_date(clock.now()) + timedelta(days=1)
    span = {"first": day, "last": day + timedelta(days=6)}
    tickets, rides = (
        [
            listing
            for listing in registry.get(kind).browse(region_id=region.pk, supplier_id=None, **span)
            if listing.left >= 100 or kind == "shuttle"
        ]
        for kind in ("ticket", "shuttle")
    )
    chance = Random(1)  # noqa: S311 - the same carts in every run
    now = clock.now()
    baskets = Basket.objects.bulk_create(
        Basket(actor=f"user:{buyer.user_id}", region=region, request_key=codes.new_token(),
               touched_at=now)
        for buyer in buyers
    )  # fmt: skip
    Item.objects.bulk_create(
        Item(basket=basket, kind=listing.kind, ref=listing.ref, classes=_party(listing, chance))
        for basket in baskets
        for listing in (*chance.sample(tickets, LINES - RIDES), *chance.sample(rides, RIDES))
    )
    return len(tickets) + len(rides)


def _party(listing: Listing, chance: Random) -> list[str]:
    """Two adults, and a child where one is sold to, in two carts of three."""
    others = [code for code in listing.classes if code and code != "adult"]
    adult = "adult" if "adult" in listing.classes else listing.classes[0]
    child = [others[0]] if others and chance.random() < 2 / 3 else []
    return [adult, adult, *child]
