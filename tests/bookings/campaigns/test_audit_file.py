"""The audit file of public vouchers, and campaigns in steps, from the tap to the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.travellers import queries as travellers
from bookings.campaigns.models import Campaign, Reach
from bookings.campaigns.preview import examples
from bookings.campaigns.rules import Effect
from bookings.fulfilment import operations as fulfilment
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.admin.coupons import uses_csv
from bookings.orders.models import Order
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from kernel import clock
from tests.bookings.campaigns.conftest import claimed, published
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money
from tests.bookings.vouchers.conftest import INSIDE
from tests.cast import assemble, enter
from tests.factories.accounts import make_traveller

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(region):
    return assemble(region)


class TestAudit:
    """The file that whoever gave the money reads: every use, the books and the budget say the same."""

    @pytest.fixture
    def voucher(self, region, cast):
        campaign = published(
            region, is_real_name=True, funder="黄山市", budget_fen=100_000, amount_fen=3000
        )
        [person] = travellers.people(
            ids=[make_traveller(cast.wang_fang.actor).pk], actors=[cast.wang_fang.actor]
        )
        return campaign, person, claimed(campaign, holder=cast.wang_fang.actor, person=person)

    def lines_of(self, campaign):
        rows = uses_csv(campaign).strip().splitlines()
        return [row.split(",") for row in rows[3:]]

    def test_a_use_says_whose_where_when_and_what_is_left(
        self, voucher, shop, sellers, at, cast, region
    ):
        campaign, person, coupon = voucher
        order = used_with(shop, coupon, at)

        [use, *sums] = self.lines_of(campaign)

        assert use[1:6] == [
            f"{coupon.pk}", person.masked, person.index, order.code,
            str(order.lines.get().supplier),
        ]  # fmt: skip
        assert use[8] == f"{INSIDE.astimezone(region.tz):%Y-%m-%d %H:%M}"
        assert use[9:] == ["30", "30", "0", "30", "970"]
        assert [row[-1] for row in sums] == ["0", "30", "1000", "970", "30"]
        assert ledger.balance(f"promotion:{region.pk}") == 3000

    def test_what_came_back_is_shown_and_takes_nothing(self, voucher, shop, sellers, at):
        campaign, _person, coupon = voucher
        orders.abandon(order=placed_with(shop, coupon, at), at=at)
        used_with(shop, coupon, at)

        [back, use, *sums] = self.lines_of(campaign)

        assert (back[7], back[10:]) == ("given back", ["0", "30", "0", "1000"])
        assert use[10:] == ["30", "0", "30", "970"]
        assert [row[-1] for row in sums] == ["30", "30", "1000", "970", "30"]

    def test_only_the_platform_downloads_it(self, voucher, cast):
        url = reverse("admin:bookings_campaigns_coupon_uses", args=[voucher[0].pk])

        assert enter(cast.zhao_min).get(url).status_code in (302, 403, 404)


def placed_with(shop, coupon, at) -> Order:
    wish = shop.wish(ask(shop.bucket(1), price_fen=5000), total_fen=2000, actor=coupon.holder)
    return orders.place(replace(wish, coupon_ids=(coupon.pk,)), at=at)


def used_with(shop, coupon, at) -> Order:
    """Bought with a coupon, paid, delivered and used."""
    order = placed_with(shop, coupon, at)
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=1), at=at)
    fulfilment.deliver(order_id=order.pk, at=at)
    line = order.lines.get()
    vouchers.redeem(
        text=Pass.objects.get(order=order).short_code,
        post=Post("plain:1", {"en": "Gate"}, line.supplier_id, line.region_id),
        actor="user:1", request_key="once", at=INSIDE,
    )  # fmt: skip
    return order


class TestSteps:
    def test_the_third_step_gives_three_gifts_to_the_party_that_reaches_it(
        self, shop, sellers, at, region
    ):
        """Seven bought and three free: the three cheapest of ten."""
        published(
            region, reach=Reach.EVERYBODY, effect=Effect.GIFTS, amount_fen=0, tiers="3+1 5+2 7+3"
        )
        bucket = shop.bucket(40)

        totals = [
            orders.place(shop.wish(ask(bucket, people), total_fen=1000 * paid), at=at).total_fen
            for people, paid in ((3, 3), (4, 3), (7, 5), (9, 7), (10, 7))
        ]

        assert totals == [3000, 3000, 5000, 7000, 7000]

    @pytest.mark.parametrize("tiers", ["5+2 3+1", "3+2 5+1", "3+1 3+2", "3+1 5+1", "3-1", "0+1"])
    def test_steps_that_do_not_rise_are_told_at_their_field(self, region, tiers):
        with pytest.raises(ValidationError) as told:
            published(region, effect=Effect.GIFTS, amount_fen=0, tiers=tiers)

        assert set(told.value.message_dict) == {"tiers"}
        assert not Campaign.objects.exists()

    def test_what_each_step_does_is_shown_before_it_is_published(self, shop, later, region):
        campaign = Campaign.objects.create(
            region=region, name_zh="阶梯", effect=Effect.GIFTS, tiers="3+1 7+3",
            starts_at=clock.now(), ends_at=clock.now() + timedelta(days=900), kinds="plain",
        )  # fmt: skip

        found = examples(campaign, at=clock.now())

        assert {each.people for each in found} <= {1, 2, 4, 8, 10}
        for each in found:
            price = each.before_fen // each.people
            free = 3 if each.people >= 10 else 1 if each.people >= 4 else 0
            assert each.less_fen == free * price
