"""A trip of somebody with an account: paid, and good from a year from now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bookings.orders import operations as orders
from bookings.orders.models import Order
from tests.bookings.conftest import ask
from tests.bookings.points.conftest import (  # noqa: F401
    attempt,
    bucket,
    later,
    now,
    order,
    paid,
    party,
    publish,
)  # fmt: skip
from tests.bookings.points.test_spending import pay
from tests.cast import assemble


@pytest.fixture
def cast(region):
    return assemble(region)


@pytest.fixture
def who(cast):
    return cast.wang_fang


@pytest.fixture
def trip(shop, later, now, party, region, who) -> Order:  # noqa: F811
    """Three people for 45 yuan, paid, none of it used."""
    publish(region, at=now)
    made = shop.wish(ask(shop.bucket(5), 3, price_fen=1500), total_fen=4500, actor=who.actor)
    placed = orders.place(of_user(made, who), at=now)
    return pay(placed, party, now)


def of_user(wish, who):
    """The same wish of somebody who is signed in."""
    return replace(wish, user_id=who.pk)
