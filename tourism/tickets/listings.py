"""The catalogue of entry times for lists, calendars, search and partners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bookings.contracts import Listing
from kernel.places import calendar
from tourism.tickets import queries
from tourism.tickets.facts import ProductFacts, facts_of
from tourism.tickets.models import Product, ProductKind


def browse(
    kind: ProductKind, *, region_id: int, supplier_id: int | None, first: date, last: date
) -> Sequence[Listing]:
    """Open entry times of a kind between two days of the region, by time, with the adult price in fen.

    Five statements however many areas and days; ``left`` is what this site may still sell.
    """
    products = Product.objects.filter(area__region_id=region_id, kind=kind, is_on_sale=True)
    if supplier_id is not None:
        products = products.filter(area__organisation_id=supplier_id)
    facts = facts_of(list(products.values_list("pk", flat=True)))
    days = calendar.days(region_id=region_id, first=first, last=last)
    return [
        _listing(facts[row.product_id], row, days[row.date])
        for row in queries.slots(product_ids=list(facts), first=first, last=last)
        if row.is_open and facts[row.product_id].shut_on(row.date) is None
    ]


def _listing(facts: ProductFacts, row: queries.SlotRow, day: calendar.Day) -> Listing:
    return Listing(
        kind=facts.sold_as,
        ref=row.ref,
        title=facts.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        from_fen=facts.prices.adult_fen(day.date, day.day_type),
        left=row.left,
        supplier_id=facts.supplier_id,
        place_id=facts.place_id,
        is_sample=facts.is_sample,
        classes=tuple(fare.code for fare in facts.prices.fares),
        subtitle=facts.subtitle,
    )
