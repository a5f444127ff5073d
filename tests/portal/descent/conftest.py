"""A mountain with one cableway and one bus to its foot, on a Wednesday in October."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, time

import pytest
from django.db import transaction

from bookings import registry
from bookings.contracts import Ask
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from kernel.places.models import Region
from portal.descent.models import Goes, Mountain, Way
from tests.bookings.orders.test_settle import money
from tests.factories.accounts import OrganisationFactory
from tests.factories.tourism import CablewayFactory, ProductFactory, ride_product, slot_on
from tests.factories.transport import direct_shuttle, shuttle_line
from tests.tourism.conftest import AT, VISIT
from tourism.areas.models import Cableway
from tourism.tickets.models import Product, Slot
from tourism.tickets.models import Way as Rides
from transport.direct import operations as direct
from transport.direct.models import DirectShuttle, Window

UP_HOURS = (9, 10, 14, 16)
DOWN_HOURS = (15, 16)


@dataclass(frozen=True, slots=True)
class World:
    """What is sold: entry, rides up and down, the bus; and the mountain that they lead to."""

    region: Region
    product: Product
    entry: Slot
    lift: Cableway
    ups: dict[int, Slot]
    downs: dict[int, Slot]
    shuttle: DirectShuttle
    windows: list[Window]
    mountain: Mountain


@pytest.fixture
def world(db: None) -> World:
    """Up at 9, 10, 14 and 16, down from 15 to 17: 120 an hour each way."""
    return make_world()


def make_world() -> World:
    product = ProductFactory()
    region, area = product.area.region, product.area
    lift = CablewayFactory(area=area)
    up, down = ride_product(lift, Rides.UP), ride_product(lift, Rides.DOWN)
    line = shuttle_line(region)
    shuttle = direct_shuttle(line)
    direct.create_windows(region=region, first=VISIT, last=VISIT)
    mountain = Mountain.objects.create(
        region=region, organisation=area.organisation, slug="top", name_zh="山上", name_en="The top",
        stay_min=20, lead_min=30, bus_seats=50, confirmed_at=AT, confirmed_by="user:1",
    )  # fmt: skip
    Way.objects.create(mountain=mountain, cableway=lift, goes=Goes.BOTH)
    return World(
        region=region,
        product=product,
        entry=slot_on(product, VISIT, time(8)),
        lift=lift,
        ups={hour: _ride(up, hour) for hour in UP_HOURS},
        downs={hour: _ride(down, hour) for hour in DOWN_HOURS},
        shuttle=shuttle,
        windows=list(shuttle.windows.order_by("starts_at")),
        mountain=mountain,
    )


def _ride(product: Product, hour: int) -> Slot:
    return slot_on(product, VISIT, time(hour), ends=time(hour + 1), permille=1000)


def total_fen(asks: tuple[Ask, ...], at: datetime = AT) -> int:
    offers = [o for answer in registry.offer_all(asks, at=at) for o in answer]  # type: ignore[union-attr]
    return sum(offer.price_fen for offer in offers)


def wish(
    *asks: Ask, region_id: int, actor: str = "guest:a", at: datetime = AT
) -> orders.PlaceRequest:
    return orders.PlaceRequest(
        actor=actor, request_key=uuid.uuid4().hex, region_id=region_id, asks=asks,
        shown_total_fen=total_fen(asks, at), language="en", contact="16100000001",
    )  # fmt: skip


def buy(world: World, *asks: Ask, actor: str = "guest:a", at: datetime = AT) -> Order:
    """Place, pay and deliver."""
    request = wish(*asks, region_id=world.region.pk, actor=actor, at=at)
    order = orders.place(request, at=at)
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


def other_house(region: Region) -> int:
    return int(OrganisationFactory(region=region).pk)
