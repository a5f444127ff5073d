"""Scenic areas as lists show them: open or not, from how much, what is left today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.campaigns.listing import Price, Prices
from kernel.places import calendar
from kernel.places.models import Region
from tourism.areas import queries as areas
from tourism.areas.models import ScenicArea
from tourism.areas.queries import OpenState
from tourism.tickets import queries
from tourism.tickets.facts import ProductFacts, facts_of


@dataclass(frozen=True, slots=True)
class AreaCard:
    """One area today. ``price`` of an adult is None where nothing is booked, ``left`` where none counts."""

    area: ScenicArea
    state: OpenState
    price: Price | None
    left: int | None
    is_sample: bool

    @property
    def needs_ticket(self) -> bool:
        return self.price is not None


def cards_of(region: Region, *, at: datetime) -> list[AreaCard]:
    """Every area of a region as it is today. Nine statements however many there are."""
    today = region.local_date(at)
    listed = list(areas.areas_of(region))
    products = queries.products_of([area.pk for area in listed])
    facts = facts_of(products.values())
    day = calendar.days(region_id=region.pk, first=today, last=today)[today]
    slots: dict[int, list[queries.SlotRow]] = {}
    for row in queries.slots(product_ids=list(facts), first=today, last=today):
        slots.setdefault(row.product_id, []).append(row)
    prices = Prices(region.pk, at=at)
    return [
        _card(area, facts.get(products.get(area.pk, 0)), slots, day, prices, at) for area in listed
    ]


def open_first(cards: Sequence[AreaCard]) -> list[AreaCard]:
    """The cards with the open ones before the closed ones, otherwise in their order."""
    return sorted(cards, key=lambda card: not card.state.is_open)


def _card(
    area: ScenicArea,
    facts: ProductFacts | None,
    slots: Mapping[int, Sequence[queries.SlotRow]],
    day: calendar.Day,
    prices: Prices,
    at: datetime,
) -> AreaCard:
    rows = slots.get(facts.product_id, ()) if facts else ()
    return AreaCard(
        area=area,
        state=areas.open_state(area, day.date),
        price=_price(facts, rows, day, prices) if facts else None,
        left=queries.day_left(rows, at) if rows else None,
        is_sample=facts.is_sample if facts else area.is_sample,
    )


def _price(
    facts: ProductFacts, rows: Sequence[queries.SlotRow], day: calendar.Day, prices: Prices
) -> Price:
    """What an adult pays today."""
    fen = facts.prices.adult_fen(day.date, day.day_type)
    return prices.of(
        facts.sold_as, [row.ref for row in rows], facts.supplier_id, fen, place_id=facts.place_id
    )
