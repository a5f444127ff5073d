"""A guide with a code, and a trip that was bought by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.referrals import operations as referrals
from tests.bookings.conftest import ask
from tests.bookings.points.conftest import (  # noqa: F401
    attempt,
    bucket,
    later,
    now,
    order,
    paid,
    party,
)
from tests.bookings.points.test_spending import pay
from tests.factories.accounts import TouristFactory


@pytest.fixture
def guide():
    return TouristFactory()


@pytest.fixture
def code(region, guide, now):  # noqa: F811
    return code_of(region, guide, now)


def code_of(region, holder, at, *, permille=50):
    return referrals.make_code(
        region_id=region.pk, holder_id=holder.pk, name_zh="老王", name_en="Guide Wang",
        permille=permille, actor="user:99", at=at,
    )  # fmt: skip


@pytest.fixture
def trip(shop, later, now, party, code) -> Order:  # noqa: F811
    """Three people for 45 yuan, bought by the code, paid, none of it used."""
    return bought(shop, now, party, via=code.code)


def bought(shop, at, party, **more) -> Order:  # noqa: F811
    wish = shop.wish(ask(shop.bucket(5), 3, price_fen=1500), total_fen=4500)
    return pay(orders.place(replace(wish, **more), at=at), party, at)
