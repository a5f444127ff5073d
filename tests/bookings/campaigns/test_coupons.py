"""Coupons from the tap to the books: claimed, used in placing, paid, given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.campaigns import operations as campaigns
from bookings.campaigns.models import Coupon, Period
from bookings.contracts import Payer
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.refunds import operations as refunds
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.campaigns.conftest import BUYER, claimed, published
from tests.bookings.conftest import AT, ask
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


def wish(shop, *asks, total_fen, coupons=(), actor=BUYER, **more):
    made = shop.wish(*asks, total_fen=total_fen, actor=actor, **more)
    return replace(made, coupon_ids=tuple(coupon.pk for coupon in coupons))


class TestClaiming:
    def test_one_a_person(self, offer_of):
        campaign = offer_of(total=5)
        claimed(campaign)

        with pytest.raises(campaigns.ClaimedBefore):
            claimed(campaign)

        assert Coupon.objects.count() == 1
        assert inventory.left([campaign.total_bucket_id]) == {campaign.total_bucket_id: 4}

    def test_one_a_person_and_day(self, offer_of):
        campaign = offer_of(period=Period.DAY)

        for day in range(2):
            campaigns.claim(campaign_id=campaign.pk, holder=BUYER, at=AT + timedelta(days=day))

        assert sorted(Coupon.objects.values_list("period", flat=True)) == [
            "2026-10-01",
            "2026-10-02",
        ]

    def test_there_are_so_many_and_no_more(self, offer_of):
        campaign = offer_of(total=1)
        claimed(campaign, holder="user:2")

        with pytest.raises(campaigns.AllClaimed):
            claimed(campaign)

        assert Coupon.objects.get().holder == "user:2"

    @pytest.mark.parametrize("later", [timedelta(days=-40), timedelta(days=9000)])
    def test_in_its_time_only(self, offer_of, later):
        campaign = offer_of()

        with pytest.raises(campaigns.NotOnOffer):
            campaigns.claim(campaign_id=campaign.pk, holder=BUYER, at=AT + later)

        assert not Coupon.objects.exists()

    def test_not_after_it_was_ended(self, offer_of):
        campaign = offer_of()
        campaigns.end(campaign=campaign, actor="user:99", at=AT)

        with pytest.raises(campaigns.NotOnOffer):
            claimed(campaign)


class TestPlacing:
    def test_the_order_is_cheaper_and_says_by_what_and_who_bears_it(
        self, shop, sellers, at, offer_of
    ):
        campaign = offer_of(threshold_fen=10_000)
        coupon = claimed(campaign)
        bucket = shop.bucket(5)

        order = orders.place(
            wish(shop, ask(bucket, 3, price_fen=5000), total_fen=12_000, coupons=[coupon]), at=at
        )

        line = order.lines.get()
        assert (order.total_fen, order.due_now_fen, line.price_fen) == (12_000, 12_000, 12_000)
        assert [(key, each.fen, each.payer) for key, each in line.discounts] == [
            ("p0", 1000, Payer.PLATFORM),
            ("p1", 1000, Payer.PLATFORM),
            ("p2", 1000, Payer.PLATFORM),
        ]
        assert inventory.left([coupon.bucket_id]) == {coupon.bucket_id: 0}
        assert invariants.check_all(at=at) == []

    def test_another_total_than_shown_is_refused(self, shop, sellers, at, offer_of):
        coupon = claimed(offer_of())

        with pytest.raises(orders.PriceMoved):
            orders.place(
                wish(shop, ask(shop.bucket(5), price_fen=5000), total_fen=5000, coupons=[coupon]),
                at=at,
            )

        assert not Order.objects.exists()
        assert inventory.left([coupon.bucket_id]) == {coupon.bucket_id: 1}

    def test_nobody_uses_the_coupon_of_another(self, shop, sellers, at, offer_of):
        coupon = claimed(offer_of(), holder="user:2")
        full = ask(shop.bucket(5), price_fen=5000)

        with pytest.raises(orders.PriceMoved):
            orders.place(wish(shop, full, total_fen=2000, coupons=[coupon]), at=at)

        orders.place(wish(shop, full, total_fen=5000, coupons=[coupon]), at=at)
        assert inventory.left([coupon.bucket_id]) == {coupon.bucket_id: 1}

    def test_a_coupon_is_used_once(self, shop, sellers, at, offer_of):
        coupon = claimed(offer_of())
        full = ask(shop.bucket(5), price_fen=5000)
        orders.place(wish(shop, full, total_fen=2000, coupons=[coupon]), at=at)

        with pytest.raises(orders.PriceMoved):
            orders.place(wish(shop, full, total_fen=2000, coupons=[coupon]), at=at)

        assert Order.objects.count() == 1

    def test_two_of_one_group_used_together_are_refused_both_placed(
        self, shop, sellers, at, offer_of
    ):
        """Quoted together, decided one after the other: the coupon's own bucket says no."""
        coupon = claimed(offer_of())
        full = ask(shop.bucket(5), price_fen=5000)
        wishes = [wish(shop, full, total_fen=2000, coupons=[coupon]) for _each in range(2)]

        first, second = orders.place_many(wishes, at=at)

        assert isinstance(first, Order)
        assert isinstance(second, orders.CouponGone)
        assert second.items == ()

    def test_a_budget_is_never_overspent(self, shop, sellers, at, offer_of):
        campaign = offer_of(budget_fen=5000, uses=9)
        coupons = [claimed(campaign, holder=f"user:{n}") for n in range(3)]
        full = ask(shop.bucket(9), price_fen=5000)
        wishes = [
            wish(shop, full, total_fen=2000, coupons=[each], actor=each.holder) for each in coupons
        ]

        found = orders.place_many(wishes, at=at)

        assert [type(each) for each in found] == [Order, orders.CouponGone, orders.CouponGone]
        assert inventory.left([campaign.budget_bucket_id]) == {campaign.budget_bucket_id: 2000}

    def test_the_last_of_a_budget_is_what_there_is(self, shop, sellers, at, offer_of):
        campaign = offer_of(budget_fen=4000)
        full = ask(shop.bucket(9), price_fen=5000)
        for number, total_fen in enumerate((2000, 4000)):
            coupon = claimed(campaign, holder=f"user:{number}")
            one = wish(shop, full, total_fen=total_fen, coupons=[coupon], actor=coupon.holder)
            orders.place(one, at=at)

        assert inventory.left([campaign.budget_bucket_id]) == {campaign.budget_bucket_id: 0}

    def test_unpaid_it_is_good_again(self, shop, sellers, at, offer_of):
        campaign = offer_of(budget_fen=4000)
        coupon = claimed(campaign)
        full = ask(shop.bucket(5), price_fen=5000)
        orders.place(wish(shop, full, total_fen=2000, coupons=[coupon]), at=at)

        orders.lapse_due(at=at + timedelta(hours=1))

        buckets = [coupon.bucket_id, campaign.budget_bucket_id]
        outbox.drain(at=at + timedelta(hours=1))
        assert inventory.left(buckets) == dict(zip(buckets, (1, 4000), strict=True))
        assert invariants.check_all(at=at + timedelta(hours=1)) == []


@pytest.fixture
def two_lines(shop, sellers, now, later, offer_of):
    """A free order of two lines: the coupon takes all of it off."""

    def place(**more):
        coupon = claimed(offer_of(amount_fen=90_000, **more))
        asks = [ask(shop.bucket(5), 2, price_fen=5000), ask(shop.bucket(5), 1, price_fen=5000)]
        order = orders.place(wish(shop, *asks, total_fen=0, coupons=[coupon]), at=now)
        outbox.drain(at=now)
        return order, coupon

    return place


class TestBooks:
    def test_what_the_platform_bears_leaves_the_claim_full(self, two_lines, now):
        order, _coupon = two_lines()
        supplier = order.lines.first().supplier_id

        assert ledger.balance(f"supplier:{supplier}") == -15_000
        assert ledger.balance(f"promotion:{order.region_id}") == 15_000
        assert ledger.balance(f"buyer:{order.pk}") == 0
        assert invariants.check_all(at=now + timedelta(hours=1)) == []

    def test_what_the_supplier_bears_lowers_it(self, two_lines, sellers, now):
        supplier = sellers["plain"].supplier_id
        order, _coupon = two_lines(supplier_id=supplier, supplier_permille=400)

        assert ledger.balance(f"supplier:{supplier}") == -9000
        assert ledger.balance(f"promotion:{order.region_id}") == 9000
        assert invariants.check_all(at=now + timedelta(hours=1)) == []

    def test_it_comes_back_with_the_last_line(self, two_lines, now):
        order, coupon = two_lines(budget_fen=20_000)
        first, second = order.lines.order_by("pk")
        budget = coupon.campaign.budget_bucket_id

        self._cancel(order, first, now)

        assert inventory.left([coupon.bucket_id, budget]) == {coupon.bucket_id: 0, budget: 15_000}
        assert ledger.balance(f"promotion:{order.region_id}") == 5000
        assert invariants.check_all(at=now + timedelta(hours=1)) == []

        self._cancel(order, second, now)

        assert inventory.left([coupon.bucket_id, budget]) == {coupon.bucket_id: 1, budget: 20_000}
        assert ledger.balance(f"promotion:{order.region_id}") == 0
        assert ledger.balance(f"supplier:{first.supplier_id}") == 0
        assert invariants.check_all(at=now + timedelta(hours=1)) == []

    def _cancel(self, order, line, now):
        parts = {line.pk: [part.key for part in line.frozen_parts]}
        refunds.cancel(order=order, parts=parts, shown_fen=0, actor=BUYER, reason="BUYER", at=now)
        outbox.drain(at=now)

    def test_where_a_supplier_says_no_the_rest_keeps_its_coupon(
        self, shop, sellers, now, later, offer_of
    ):
        coupon = claimed(offer_of(amount_fen=90_000))
        shy, plain = (ask(shop.bucket(5), 1, price_fen=5000, kind=k) for k in ("shy", "plain"))
        sellers["shy"].answer = False
        order = orders.place(wish(shop, shy, plain, total_fen=0, coupons=[coupon]), at=now)

        outbox.drain(at=now)

        states = dict(order.lines.values_list("kind", "state"))
        assert states == {"shy": State.REFUSED, "plain": State.CONFIRMED}
        assert inventory.left([coupon.bucket_id]) == {coupon.bucket_id: 0}
        assert invariants.check_all(at=now + timedelta(hours=1)) == []


class TestEverybody:
    def test_the_price_is_lower_by_itself(self, shop, sellers, at, offer_of):
        offer_of(reach="EVERYBODY", effect="SHARE", permille=100)

        order = orders.place(
            wish(shop, ask(shop.bucket(5), 2, price_fen=5000), total_fen=9000, actor="guest:x"),
            at=at,
        )

        assert order.total_fen == 9000

    def test_of_another_region_it_is_nothing(self, shop, sellers, at, region):
        published(RegionFactory(), reach="EVERYBODY", effect="SHARE", permille=100)

        order = orders.place(wish(shop, ask(shop.bucket(5), price_fen=5000), total_fen=5000), at=at)

        assert order.total_fen == 5000


class TestVersions:
    def test_a_new_version_takes_the_place_of_the_old_one(self, offer_of, at):
        old = offer_of()
        draft = campaigns.write_anew(campaign=old, actor="user:99", at=at)
        draft.amount_fen = 1000
        draft.save()

        campaigns.publish(campaign=draft, actor="user:99", at=at)

        old.refresh_from_db()
        assert (old.state, old.amount_fen) == ("ENDED", 3000)
        assert campaigns.write_anew(campaign=old, actor="user:99", at=at).pk == draft.pk

    def test_what_was_published_is_not_published_again(self, offer_of, at):
        old = offer_of()

        with pytest.raises(campaigns.NotADraft):
            campaigns.publish(campaign=old, actor="user:99", at=at)

    def test_a_coupon_stays_good_after_the_end(self, shop, sellers, at, offer_of):
        campaign = offer_of()
        coupon = claimed(campaign)
        campaigns.end(campaign=campaign, actor="user:99", at=at)

        order = orders.place(
            wish(shop, ask(shop.bucket(5), price_fen=5000), total_fen=2000, coupons=[coupon]),
            at=at,
        )

        assert order.total_fen == 2000
