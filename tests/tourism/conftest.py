"""One product with an entry time in October, and wishes to buy it."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from bookings.contracts import Ask
from bookings.orders import operations as orders
from tests.factories.tourism import ProductFactory, slot_on
from tourism.tickets.models import Product, Slot

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
VISIT = date(2026, 10, 14)


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def product(db: None) -> Product:
    return ProductFactory()


@pytest.fixture
def slot(product: Product) -> Slot:
    """08:00 to 12:00 of a Wednesday, 50 of the day's 100 places."""
    return slot_on(product, VISIT, time(8))


def wish(*asks: Ask, total_fen: int, **more: Any) -> orders.PlaceRequest:
    """A request to buy, with a key of its own."""
    region_id = Slot.objects.values_list("region_id", flat=True).get(pk=int(asks[0].ref))
    return orders.PlaceRequest(
        **{
            "actor": "guest:a",
            "request_key": uuid.uuid4().hex,
            "region_id": region_id,
            "asks": asks,
            "shown_total_fen": total_fen,
            "language": "en",
            "contact": "16100000001",
            **more,
        }
    )
