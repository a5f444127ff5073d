"""One person's points in many orders, given and taken at once: never spent twice, never lost."""

from __future__ import annotations

import pytest

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.points.operations import earning
from kernel import invariants
from tests.bookings.points.conftest import buy, give, publish, standing
from tests.races.conftest import all_look_first, drop_constraint, interrupt, of_type, run_together


@pytest.fixture
def account(region):
    publish(region)
    return give(region, 1000)


def buyers(shop, at, count):
    bucket = shop.bucket(500)
    return [lambda: buy(shop, bucket, at, total_fen=9000)] * count


def test_a_thousand_points_in_twelve_orders_at_once_are_spent_once(shop, sellers, at, account):
    got = run_together(*buyers(shop, at, 12))

    assert of_type(got, Order) == Order.objects.count() == 1
    others = [each for each in got if not isinstance(each, Order)]
    assert {type(each) for each in others} <= {orders.CouponGone, orders.PriceMoved}
    assert standing(account) == (0, 0)
    assert invariants.check_all(at=at) == []


def test_twin_without_the_guard_they_are_spent_often(shop, sellers, at, account, monkeypatch):
    drop_constraint("bookings_inventory_bucket", "bookings_inventory_bucket_taken_within_capacity")
    monkeypatch.setattr(inventory, "take", all_look_first(3))

    got = run_together(*buyers(shop, at, 3))

    assert of_type(got, Order) == 3
    assert counts.left([account.bucket_id])[account.bucket_id] == -2000


def test_earned_taken_back_and_spent_at_once_the_books_agree(shop, sellers, region, at, account):
    more = [lambda n=n: give(region, 100, order_id=910_000 + n) for n in range(6)]
    less = [lambda: give(region, 0), lambda: give(region, 0)]

    run_together(*more, *less, *buyers(shop, at, 4))

    left, owed = standing(account)
    spent = 1000 * Order.objects.count()
    assert left - owed == 600 - spent
    assert invariants.check_all(at=at) == []


def test_one_journey_told_twice_at_once_earns_once(region, account):
    run_together(*[lambda: give(region, 500, order_id=910_001)] * 8)

    assert standing(account) == (1500, 0)


def test_twin_without_the_lock_what_is_told_twice_is_counted_twice(region, account, monkeypatch):
    """The second one has looked before the first has written; the books know it by its key."""
    monkeypatch.setattr(earning.inventory, "lock", lambda _ids: None)
    both = interrupt(monkeypatch, earning, "_move", lambda: give(region, 500, order_id=910_001))

    both(lambda: give(region, 500, order_id=910_001))

    assert counts.left([account.bucket_id])[account.bucket_id] == 2000
    assert ledger.balance(account.subject) == -1500
