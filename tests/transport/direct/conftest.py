"""A line sold by time: from 08:00 to 14:00 on a Wednesday in October, fifty an hour."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction

from bookings import registry
from bookings.contracts import Ask
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from kernel.places.models import Region
from tests.bookings.orders.test_settle import money
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import person
from tests.factories.transport import direct_shuttle, shuttle_line
from tests.transport.lines.conftest import AT, DAY
from transport.direct import operations as direct
from transport.direct.models import DirectShuttle, Window

FARE = 3_000


@pytest.fixture
def region(db: None) -> Region:
    return RegionFactory()


@pytest.fixture
def shuttle(region: Region) -> DirectShuttle:
    made = direct_shuttle(shuttle_line(region))
    direct.create_windows(region=region, first=DAY, last=DAY)
    return made


@pytest.fixture
def windows(shuttle: DirectShuttle) -> list[Window]:
    """08:00, 09:00 … 13:00."""
    return list(shuttle.windows.order_by("starts_at"))


def ride(window: Window, riders: int = 1, first: int = 1) -> Ask:
    return Ask("direct", str(window.pk), tuple(person(n) for n in range(first, first + riders)))


def wish(*asks: Ask, region: Region, actor: str = "guest:a", at=AT) -> orders.PlaceRequest:
    answers = registry.offer_all(asks, at=at)
    fen = sum(offer.price_fen for answer in answers for offer in answer)  # type: ignore[union-attr]
    return orders.PlaceRequest(
        actor=actor, request_key=uuid.uuid4().hex, region_id=region.pk, asks=asks,
        shown_total_fen=fen, language="en", contact="16100000001",
    )  # fmt: skip


def sell(window: Window, riders: int = 1, *, first: int = 1, at=AT) -> Order:
    """Place, pay and deliver."""
    region = window.shuttle.line.region
    order = orders.place(wish(ride(window, riders, first), region=region, at=at), at=at)
    fen = order.total_fen
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token=uuid.uuid4().hex, provider_ref="pay",
        amount_fen=fen, captured_fen=fen, currency="CNY", created_at=at, ended_at=at,
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=attempt.pk), at=at)
    fulfilment.deliver(order_id=order.pk, at=at)
    return order
