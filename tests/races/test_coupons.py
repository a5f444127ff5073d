"""A thousand hands for a hundred coupons, one coupon in fifty hands, one budget: never more than there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.campaigns import operations as campaigns
from bookings.campaigns.models import Coupon
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from bookings.orders.models import Order
from tests.bookings.campaigns.conftest import BUYER, claimed, published
from tests.bookings.conftest import ask
from tests.races.conftest import all_look_first, drop_constraint, of_type, run_together

THREADS, EACH = 20, 50


def claims(campaign, at, people):
    """A call that claims for these people, one after the other, and says how many got one."""

    def claim():
        got = 0
        for who in people:
            try:
                campaigns.claim(campaign_id=campaign.pk, holder=f"user:{who}", at=at)
                got += 1
            except campaigns.AllClaimed:
                pass
        return got

    return claim


@pytest.fixture
def no_guard(monkeypatch):
    """The twin's world of four: no lock, no CHECK; everybody looks before anybody writes."""
    table = "bookings_inventory_bucket"
    drop_constraint(table, "bookings_inventory_bucket_taken_within_capacity")
    monkeypatch.setattr(inventory, "take", all_look_first(4))


def test_a_thousand_claims_on_a_hundred_coupons_are_a_hundred(region, at):
    campaign = published(region, total=100)
    calls = [claims(campaign, at, range(n, THREADS * EACH, THREADS)) for n in range(THREADS)]

    got = run_together(*calls)

    assert sum(got) == Coupon.objects.count() == 100
    assert counts.left([campaign.total_bucket_id]) == {campaign.total_bucket_id: 0}


def test_twin_without_the_guard_more_are_claimed_than_there_are(region, at, no_guard):
    campaign = published(region, total=3)

    run_together(*[claims(campaign, at, [n]) for n in range(4)])

    assert Coupon.objects.count() == 4


def test_one_person_claims_twenty_times_at_once_and_has_one(region, at):
    campaign = published(region, total=100)

    got = run_together(
        *[lambda: campaigns.claim(campaign_id=campaign.pk, holder=BUYER, at=at)] * 20
    )

    assert of_type(got, Coupon) == Coupon.objects.count() == 1
    assert of_type(got, campaigns.ClaimedBefore) == 19
    assert counts.left([campaign.total_bucket_id]) == {campaign.total_bucket_id: 99}


def orders_with(shop, at, coupons, *, total_fen):
    bucket = shop.bucket(500)
    calls = []
    for coupon in coupons:
        wish = shop.wish(ask(bucket, price_fen=5000), total_fen=total_fen, actor=coupon.holder)
        wish = replace(wish, coupon_ids=(coupon.pk,))
        calls.append(lambda wish=wish: orders.place(wish, at=at))
    return calls


def test_one_coupon_in_fifty_orders_at_once_is_used_once(shop, sellers, region, at):
    coupon = claimed(published(region))

    got = run_together(*orders_with(shop, at, [coupon] * 50, total_fen=2000))

    assert of_type(got, Order) == Order.objects.count() == 1
    assert of_type(got, orders.CouponGone) + of_type(got, orders.PriceMoved) > 0
    assert counts.left([coupon.bucket_id]) == {coupon.bucket_id: 0}


def test_twin_without_the_guard_one_coupon_is_used_often(shop, sellers, region, at, no_guard):
    coupon = claimed(published(region))

    got = run_together(*orders_with(shop, at, [coupon] * 4, total_fen=2000))

    assert of_type(got, Order) == 4


def test_a_budget_is_never_overspent(shop, sellers, region, at):
    campaign = published(region, budget_fen=10_000)
    coupons = [claimed(campaign, holder=f"user:{n}") for n in range(12)]

    got = run_together(*orders_with(shop, at, coupons, total_fen=2000))

    assert of_type(got, Order) == 3
    assert counts.left([campaign.budget_bucket_id]) == {campaign.budget_bucket_id: 1000}


def test_twin_without_the_guard_a_budget_is_overspent(shop, sellers, region, at, no_guard):
    campaign = published(region, budget_fen=10_000)
    coupons = [claimed(campaign, holder=f"user:{n}") for n in range(4)]

    got = run_together(*orders_with(shop, at, coupons, total_fen=2000))

    assert of_type(got, Order) * 3000 > 10_000
    assert counts.left([campaign.budget_bucket_id])[campaign.budget_bucket_id] < 0


def test_who_gives_up_and_who_uses_the_coupon_again_never_use_it_twice(shop, sellers, region, at):
    coupon = claimed(published(region))
    [first, *others] = orders_with(shop, at, [coupon] * 9, total_fen=2000)
    order = first()

    got = run_together(lambda: orders.abandon(order=order, at=at + timedelta(seconds=1)), *others)

    assert of_type(got, Order) <= 1
    assert counts.left([coupon.bucket_id])[coupon.bucket_id] == 1 - of_type(got, Order)
