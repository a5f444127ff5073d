"""Points in an order: taken with the places, booked with them, and back where the order goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.campaigns import queries as campaigns
from bookings.contracts import Payer
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from bookings.points import queries as points_of
from bookings.refunds import operations as refunds
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.campaigns.conftest import claimed, published
from tests.bookings.conftest import ask
from tests.bookings.points.conftest import BUYER, broken, buy, give, publish, standing

pytestmark = pytest.mark.django_db


def pay(order, party, at):
    made = payments.pay_by(
        order=order, provider="sandbox", at=at, buyer=payments.Buyer("http://x/back")
    )
    party.press(made)
    payments.ask(attempt=made, at=at)
    outbox.drain(at=at)
    order.refresh_from_db()
    return order


def cancel(order, key, at):
    line = order.lines.get()
    fen = refunds.quote(order=order, parts={line.pk: [key]}, at=at).refund_fen
    refunds.cancel(
        order=order, parts={line.pk: [key]}, shown_fen=fen, actor=BUYER, reason="BUYER", at=at
    )
    outbox.drain(at=at)
    return fen


class TestPlacing:
    def test_they_pay_their_worth_and_the_platform_bears_it(self, shop, sellers, at, account):
        order = buy(shop, shop.bucket(5), at, persons=3, total_fen=29_000)

        line = order.lines.get()
        assert [(key, d.fen, d.payer) for key, d in line.discounts] == [
            ("p0", 334, Payer.PLATFORM),
            ("p1", 333, Payer.PLATFORM),
            ("p2", 333, Payer.PLATFORM),
        ]
        assert standing(account) == (0, 0)
        assert invariants.check_all(at=at) == []

    def test_never_more_than_the_region_allows_of_a_price(self, shop, sellers, at, account):
        buy(shop, shop.bucket(5), at, price_fen=900, total_fen=450)

        assert standing(account) == (550, 0)

    def test_two_hundred_for_a_yuan_are_whole_points_in_every_part(self, shop, sellers, at, region):
        publish(region, per_yuan=200)
        account = give(region, 333)

        order = buy(shop, shop.bucket(5), at, persons=3, total_fen=30_000 - 166)

        units = sum(
            demand.units
            for part in order.lines.get().frozen_parts
            for demand in part.demands
            if demand.bucket_id == account.bucket_id
        )
        assert units == 332
        assert standing(account) == (1, 0)
        assert invariants.check_all(at=at) == []

    def test_campaigns_come_first_and_the_best_of_them_whatever_the_points(
        self, shop, sellers, at, region, account
    ):
        """Half off all of it with points alone would leave the coupon unused: points are money."""
        coupon = claimed(published(region, amount_fen=3000, is_alone=True))

        order = buy(shop, shop.bucket(5), at, total_fen=6000, coupon_ids=(coupon.pk,))

        codes = {
            each.code.partition(":")[0]: each.fen for _key, each in order.lines.get().discounts
        }
        assert codes == {coupon_code(coupon): 3000, "points": 1000}

    def test_who_has_none_pays_the_full_price(self, shop, sellers, at, account):
        buy(shop, shop.bucket(5), at, total_fen=10_000, actor="user:2")

        assert standing(account) == (1000, 0)

    def test_another_total_than_shown_is_refused_and_nothing_is_spent(
        self, shop, sellers, at, account
    ):
        with pytest.raises(orders.PriceMoved):
            buy(shop, shop.bucket(5), at, total_fen=10_000)

        assert not Order.objects.exists()
        assert standing(account) == (1000, 0)

    def test_what_another_order_has_spent_meanwhile_is_gone(self, shop, sellers, at, account):
        """Quoted together, decided one after the other: the Bucket says no to the second."""
        wishes = [
            orders.PlaceRequest(
                actor=BUYER, request_key=f"together-{n}", region_id=shop.region.pk,
                asks=(ask(shop.bucket(5), price_fen=10_000),), shown_total_fen=9000, language="en",
                uses_points=True,
            )
            for n in range(2)
        ]  # fmt: skip

        first, second = orders.place_many(wishes, at=at)

        assert isinstance(first, Order)
        assert isinstance(second, orders.CouponGone)
        assert standing(account) == (0, 0)
        assert invariants.check_all(at=at) == []


def coupon_code(coupon) -> str:
    return campaigns.code_of(coupon.campaign_id, coupon.pk)


class TestComingBack:
    def test_with_an_order_that_lapses_and_gone_again_with_money_that_comes_late(
        self, shop, sellers, at, account
    ):
        order = buy(shop, shop.bucket(1), at, total_fen=9000)
        lapsed_at = at + timedelta(minutes=20)

        assert orders.lapse_due(at=lapsed_at) == 1
        assert standing(account) == (1000, 0)
        assert broken(lapsed_at) == []

        facts = {
            "attempt_id": 1, "order_id": order.pk, "amount_fen": 9000, "currency": "CNY",
            "provider": "sandbox",
        }  # fmt: skip
        assert orders.settle(facts=facts, at=lapsed_at) == ""
        assert standing(account) == (0, 0)

    def test_with_an_order_that_is_given_up(self, shop, sellers, at, account):
        order = buy(shop, shop.bucket(1), at, total_fen=9000)

        orders.abandon(order=order, at=at)

        assert standing(account) == (1000, 0)
        told = points_of.history(account).order_by("pk").values_list("entry__memo", "amount_fen")
        assert list(told) == [
            ("points earned", -1000),
            ("points spent", 1000),
            ("points returned", -1000),
        ]
        assert invariants.check_all(at=at) == []

    def test_part_by_part_as_parts_are_cancelled(self, shop, later, now, party, account):
        order = pay(buy(shop, shop.bucket(5), now, persons=3, total_fen=29_000), party, now)

        back = [(cancel(order, key, now), standing(account)[0]) for key in ("p1", "p0", "p2")]

        assert back == [(9667, 333), (9666, 667), (9667, 1000)]
        assert ledger.balance(f"promotion:{order.region_id}") == 0
        assert invariants.check_all(at=now + timedelta(hours=1)) == []

    def test_of_what_the_terms_keep_as_much_is_kept_of_the_points(
        self, shop, later, now, party, account
    ):
        order = pay(buy(shop, shop.bucket(5), now, total_fen=9000), party, now)
        Line.objects.filter(order=order).update(starts_at=now + timedelta(hours=2))

        back = cancel(order, "p0", now)

        assert 0 < back < 9000
        assert standing(account) == (1000 - 1000 * (9000 - back) // 9000, 0)
        assert invariants.check_all(at=now + timedelta(hours=1)) == []
