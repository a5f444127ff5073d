"""Rules of points for the region, and people who have some."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.points import operations as points
from bookings.points.models import Account, Scheme
from kernel import invariants
from kernel.places.models import Region
from tests.bookings.campaigns.conftest import later  # noqa: F401
from tests.bookings.conftest import AT, ask
from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401

BUYER = "user:1"


def publish(region: Region, *, at: datetime = AT, **terms: Any) -> Scheme:
    """A point for a yuan, a hundred for a yuan, at most half of a price, unless told otherwise."""
    return points.publish(
        region_id=region.pk, terms=points.Terms(**terms), valid_from=at, actor="user:99", at=at
    )


def give(
    region: Region, count: int, *, holder: str = BUYER, order_id: int = 900_001, at: datetime = AT
) -> Account:
    """So many points, as a journey would have earned them."""
    scheme = Scheme.objects.filter(region=region).latest("valid_from")
    earned = points.Earned(order_id, holder, region.pk, count, scheme.expires_at(at))
    points.earn([earned], at=at)
    return Account.objects.get(holder=holder, region=region)


def standing(account: Account) -> tuple[int, int]:
    """What can be spent and what is owed; the books say the same."""
    account.refresh_from_db()
    left = inventory.left([account.bucket_id])[account.bucket_id]
    assert ledger.balance(account.subject) == account.owed - left
    return left, account.owed


def broken(at: datetime) -> list[invariants.Violation]:
    """What does not hold of points, whatever else waits for a worker."""
    return [each for each in invariants.check_all(at=at) if each.rule.startswith("points")]


def buy(
    shop: Any, bucket_id: int, at: datetime, *, persons: int = 1, price_fen: int = 10_000,
    total_fen: int, actor: str = BUYER, **more: Any,
) -> Order:  # fmt: skip
    """Place an order that points pay a part of."""
    wish = shop.wish(ask(bucket_id, persons, price_fen=price_fen), total_fen=total_fen, actor=actor)
    return orders.place(replace(wish, uses_points=True, **more), at=at)


@pytest.fixture
def scheme(region: Region) -> Scheme:
    return publish(region)


@pytest.fixture
def account(region: Region, scheme: Scheme) -> Account:
    """A thousand points: ten yuan."""
    return give(region, 1000)
