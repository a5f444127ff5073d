"""Classes of members: published, reached by what was earned, opening campaigns and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from bookings.campaigns import operations as campaigns
from bookings.campaigns import queries as campaigns_of
from bookings.campaigns.models import Coupon, Reach
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.points import queries as points_of
from bookings.points import tiers
from bookings.points.tiers import Rank
from tests.bookings.campaigns.conftest import claimed, published
from tests.bookings.campaigns.test_pages import fill
from tests.bookings.conftest import AT, ask
from tests.bookings.points.conftest import BUYER, give, publish
from tests.cast import enter
from tests.factories.accounts import TouristFactory

LINES = "silver 1000 银卡 / Silver\ngold 5000 金卡 / Gold"


class TestReading:
    def test_lines_are_read_and_written(self):
        silver, gold = tiers.read(f"\n{LINES}\n")

        assert (silver.code, silver.least, gold.words["en"]) == ("silver", 1000, "Gold")
        assert tiers.write((silver, gold)) == LINES
        assert tiers.thaw(tiers.freeze((silver, gold))) == (silver, gold)

    @pytest.mark.parametrize(
        "text",
        [
            "silver", "silver 0 银卡 / Silver", "Silver 1 银卡 / Silver", "silver 1 银卡",
            "silver 10 银卡 / Silver\ngold 10 金卡 / Gold",
            "silver 1 银卡 / Silver\nsilver 2 金卡 / Gold",
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_told(self, text):
        with pytest.raises(ValidationError):
            tiers.read(text)

    @pytest.mark.parametrize(
        ("earned", "reached", "missing"),
        [
            (0, set(), 1000),
            (999, set(), 1),
            (1000, {"silver"}, 4000),
            (9999, {"silver", "gold"}, 0),
        ],
    )
    def test_a_class_is_reached_by_its_points(self, earned, reached, missing):
        rank = Rank(earned, tiers.read(LINES))

        assert (rank.codes, rank.missing) == (reached, missing)


@pytest.fixture
def club(region):
    """Silver from a thousand points on."""
    return publish(region, tiers=tiers.read(LINES))


@pytest.fixture
def member(region, club):
    return give(region, 1200)


@pytest.fixture
def for_silver(region, club):
    """Thirty yuan off, for silver members by itself."""
    return published(region, reach=Reach.EVERYBODY, tier="silver")


@pytest.mark.django_db
class TestRank:
    def test_only_what_was_earned_in_twelve_months_counts(self, region, member):
        whose = (BUYER, region.pk)

        ranks = [
            points_of.ranks({whose}, at=AT + timedelta(days=days))[whose] for days in (364, 365)
        ]

        assert [each.earned for each in ranks] == [1200, 0]

    def test_spending_takes_nobody_out_of_a_class(self, shop, sellers, at, region, member):
        wish = shop.wish(ask(shop.bucket(1), price_fen=10_000), total_fen=8800, actor=BUYER)
        orders.place(replace(wish, uses_points=True), at=at)

        assert points_of.ranks({(BUYER, region.pk)}, at=AT)[BUYER, region.pk].codes == {"silver"}


@pytest.mark.django_db
class TestCampaigns:
    def test_members_get_it_by_itself_and_nobody_else(self, region, member, for_silver):
        wanted = {(who, region.pk) for who in (BUYER, "user:2", "")}

        found = campaigns_of.rules_for(wanted, at=AT)

        assert {who: len(rules) for (who, _region), rules in found.items()} == {
            BUYER: 1, "user:2": 0, "": 0,
        }  # fmt: skip
        assert campaigns_of.published_rules(region.pk, at=AT) == []

    def test_two_members_of_a_class_pay_the_same(self, shop, sellers, at, region, for_silver):
        give(region, 1000, holder="user:1", order_id=1)
        give(region, 4999, holder="user:2", order_id=2)

        for who in ("user:1", "user:2"):
            wish = shop.wish(ask(shop.bucket(1), price_fen=5000), total_fen=2000, actor=who)
            orders.place(replace(wish, by_class=True), at=at)

        assert list(Order.objects.values_list("total_fen", flat=True)) == [2000, 2000]

    def test_who_is_not_of_the_class_is_not_sold_its_price(
        self, shop, sellers, at, region, member, for_silver
    ):
        wish = shop.wish(ask(shop.bucket(1), price_fen=5000), total_fen=2000, actor="user:2")

        with pytest.raises(orders.PriceMoved):
            orders.place(replace(wish, by_class=True), at=at)

        assert not Order.objects.exists()

    def test_its_coupons_are_claimed_by_members_only(self, region, member):
        campaign = published(region, tier="silver")

        with pytest.raises(campaigns.ForMembers) as refused:
            claimed(campaign, holder="user:2")
        claimed(campaign)

        assert "银卡" in str(refused.value.reason) or "Silver" in str(refused.value.reason)
        assert Coupon.objects.get().holder == BUYER

    def test_nobodys_class_is_looked_up_where_no_campaign_asks(
        self, region, member, django_assert_num_queries
    ):
        published(region, reach=Reach.EVERYBODY)

        with django_assert_num_queries(1):
            campaigns_of.rules_for({(BUYER, region.pk)}, at=AT)


@pytest.mark.django_db
class TestPages:
    def test_the_pages_say_the_class_what_is_missing_and_what_it_gets(
        self, region, club, for_silver, now
    ):
        who = TouristFactory()
        give(region, 1200, holder=who.actor, at=now)
        browser = enter(who)

        mine = browser.get(reverse("rewards:points")).content.decode()
        centre = browser.get(reverse("campaigns:coupons", args=[region.slug])).content.decode()

        assert "You are a member of the class Silver." in mine
        assert "3800 points more" in mine
        assert "from the class Silver on" in centre

    def test_the_cart_of_a_member_is_cheaper_and_can_be_bought(
        self, shop, later, region, club, for_silver, now
    ):
        who = TouristFactory()
        give(region, 1200, holder=who.actor, at=now)
        member, other = enter(who), enter(TouristFactory())
        url = reverse("checkout:cart", args=[region.slug])

        totals = []
        for browser in (member, other):
            fill(browser, region, shop.bucket(5), persons=1)
            totals.append(browser.get(url).context["cart"].total_fen)

        assert totals == [2000, 5000]
