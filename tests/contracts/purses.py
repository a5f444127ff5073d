"""Balances, points, coupons, drawers and tabs, a row each, for the shared tests of admins."""

from __future__ import annotations

from datetime import timedelta

from bookings.balance.models import Account, Credit, Offer, TopUp
from bookings.campaigns import operations as campaigns
from bookings.campaigns.models import Campaign, Coupon
from bookings.cash.models import Payout, Shift, Taking
from bookings.points import operations as points
from bookings.points.models import Account as PointsAccount
from bookings.points.models import Scheme
from bookings.referrals import operations as referrals
from bookings.referrals.models import Code as ReferralCode
from bookings.referrals.models import Commission
from bookings.tabs.models import Bill, Item, Tab
from bookings.tabs.models import Payout as TabPayout
from tests.contracts.orders import DAY, moment
from tests.factories.accounts import (
    OrganisationFactory,
    UserFactory,
)
from tests.factories.kernel import RegionFactory


def balance(n: int) -> Account:
    return Account.objects.create(actor=f"user:{n}", paid_fen=n)


def campaign(n: int) -> Campaign:
    made: Campaign = Campaign.objects.create(
        region=RegionFactory(),
        name_zh=f"活动{n}",
        name_en=f"Campaign {n}",
        funder=f"City {n}",
        amount_fen=100,
        starts_at=moment(n) - timedelta(days=1),
        ends_at=moment(n) + timedelta(days=1),
    )
    return made


def coupon(n: int) -> Coupon:
    offered = campaign(n)
    offered.total = offered.budget_fen = 1000
    offered.save()
    campaigns.publish(campaign=offered, actor="user:1", at=moment(n))
    return campaigns.claim(campaign_id=offered.pk, holder=UserFactory().actor, at=moment(n))


def scheme(n: int) -> Scheme:
    return points.publish(
        region_id=RegionFactory().pk, terms=points.Terms(), valid_from=moment(n), actor="user:1",
        at=moment(n),
    )  # fmt: skip


def points_account(n: int) -> PointsAccount:
    rules, holder = scheme(n), UserFactory().actor
    earned = points.Earned(n, holder, rules.region_id, 10, moment(n) + timedelta(days=400))
    points.earn([earned], at=moment(n))
    return PointsAccount.objects.get(holder=holder)


def referral_code(n: int) -> ReferralCode:
    return referrals.make_code(
        region_id=RegionFactory().pk, holder_id=UserFactory().pk, name_zh=f"导游{n}",
        name_en=f"Guide {n}", permille=50, actor="user:1", at=moment(n),
    )  # fmt: skip


def referral_commission(n: int) -> Commission:
    return Commission.objects.create(
        code=referral_code(n), order_id=n, base_fen=1000, permille=50, fen=50, earned_at=moment(n)
    )


def top_up_offer(n: int) -> Offer:
    return Offer.objects.create(
        name_zh=f"优惠 {n}", name_en=f"Offer {n}", pay_fen=1000 + n, bonus_fen=n
    )


def top_up(n: int) -> TopUp:
    return TopUp.objects.create(account=balance(n), pay_fen=1000, asked_at=moment(n))


def credit(n: int) -> Credit:
    return Credit.objects.create(
        account=balance(n), key=f"refund:{n}", words=f"CODE{n}", fen=1000, bonus_fen=n, at=moment(n)
    )


def shift(n: int) -> Shift:
    return Shift.objects.create(
        clerk=UserFactory(), organisation=OrganisationFactory(), float_fen=n, opened_at=moment(n)
    )


def payout(n: int) -> Payout:
    taking = Taking.objects.create(
        shift=shift(n), token=f"taken{n}", words=f"CODE{n}", fen=1000, at=moment(n)
    )
    return Payout.objects.create(taking=taking, token=f"out{n}", fen=500, asked_at=moment(n))


def tab(n: int) -> Tab:
    return Tab.objects.create(name=f"旅行社{n}", region=RegionFactory(), limit_fen=1000 + n)


def bill(n: int) -> Bill:
    return Bill.objects.create(
        tab=tab(n), month=DAY.replace(day=1), amount_fen=1000, issued_at=moment(n),
        due_at=moment(n + 1),
    )  # fmt: skip


def tab_item(n: int) -> Item:
    billed = bill(n)
    return Item.objects.create(
        tab=billed.tab,
        token=f"item{n}",
        fen=1000,
        words=f"CODE{n}",
        at=moment(n),
        bill=billed,
        actor=f"user:{n}",
    )


def tab_payout(n: int) -> TabPayout:
    return TabPayout.objects.create(tab=tab(n), fen=1000, asked_by=f"user:{n}", asked_at=moment(n))
