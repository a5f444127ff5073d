"""A paid, delivered order of two unnamed persons, and the post where it is good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from tests.bookings.conftest import STARTS_AT, ask
from tests.bookings.orders.test_settle import money

INSIDE = STARTS_AT + timedelta(minutes=30)


def sell(shop, at, *, persons: int = 1) -> Order:
    """Place, pay and deliver."""
    wish = shop.wish(ask(shop.bucket(persons), persons), total_fen=1000 * persons)
    order = orders.place(wish, at=at)
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=order.pk), at=at)
    fulfilment.deliver(order_id=order.pk, at=at)
    return order


@pytest.fixture
def order(shop, sellers, at) -> Order:
    return sell(shop, at)


@pytest.fixture
def line(order) -> Line:
    return order.lines.get()


@pytest.fixture
def carrier(order) -> Pass:
    return Pass.objects.get(order=order)


@pytest.fixture
def post(line) -> Post:
    return Post(
        zone="plain:1",
        title={"en": "North gate"},
        organisation_id=line.supplier_id,
        region_id=line.region_id,
    )
