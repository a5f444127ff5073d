"""Reads of campaigns: the rules that hold, and what offers cost by them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from bookings.campaigns import classes
from bookings.campaigns.applying import Discounted, discount
from bookings.campaigns.classes import Whose
from bookings.campaigns.models import Campaign, Coupon, Reach, State
from bookings.campaigns.rules import Effect, Rule
from bookings.contracts import Offer, Words
from bookings.inventory import queries as inventory
from bookings.inventory.models import Bucket
from bookings.pricing.groups import price_together
from kernel.memo import Memo

_MOST = 100
"""So many coupons of one person are looked at, those that end first."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A rule with the time in which it holds."""

    rule: Rule
    tier: str
    starts_at: datetime
    ends_at: datetime


_published: Memo[int, tuple[_Held, ...]] = Memo(seconds=1)


@dataclass(frozen=True, slots=True)
class Own:
    """A coupon as its holder sees it: how often it is still good, and how many fen its budget has left."""

    coupon: Coupon
    left: int
    budget_left_fen: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether it can be used at all, in its time."""
        return self.left > 0 and self.budget_left_fen != 0

    def is_good_in(self, region_id: int) -> bool:
        """Whether it can be used for what a region sells."""
        return self.is_good and self.coupon.campaign.region_id == region_id

    @property
    def rule(self) -> Rule:
        """What it takes off."""
        campaign = self.coupon.campaign
        return rule_of(campaign, coupon=self.coupon, budget_fen=self.budget_left_fen or 0)


@dataclass(frozen=True, slots=True)
class Offered:
    """A campaign whose coupons can be claimed: how many are left (None: no end), and if one has it."""

    campaign: Campaign
    left: int | None
    is_claimed: bool

    @property
    def rule(self) -> Rule:
        """What it takes off."""
        return rule_of(self.campaign)


def rule_of(campaign: Campaign, *, coupon: Coupon | None = None, budget_fen: int = 0) -> Rule:
    """A campaign as a rule; with a coupon, as the rule of that coupon. ``budget_fen`` is what is left.

    Of the coupons of one campaign that names no group one stands in an order.
    """
    return Rule(
        code=campaign.code if coupon is None else code_of(coupon.campaign_id, coupon.pk),
        title=campaign.words,
        effect=Effect(campaign.effect),
        amount_fen=campaign.amount_fen,
        permille=campaign.permille,
        tiers=campaign.steps,
        repeats=campaign.repeats,
        threshold_fen=campaign.threshold_fen,
        most_fen=campaign.most_fen,
        scope=campaign.scope,
        step=campaign.step,
        group=campaign.group or (campaign.code if campaign.reach == Reach.COUPON else ""),
        is_alone=campaign.is_alone,
        supplier_permille=campaign.supplier_permille,
        buckets=() if coupon is None else (coupon.bucket_id,),
        budget_id=None if coupon is None else campaign.budget_bucket_id,
        budget_fen=budget_fen,
    )


def code_of(campaign_id: int, coupon_id: int) -> str:
    """How an order names a coupon of a campaign: "c12.34"."""
    return f"c{campaign_id}.{coupon_id}"


def published_rules(region_id: int, *, at: datetime) -> list[Rule]:
    """What everybody in a region gets by itself now, as it was published at most a second ago."""
    return [each.rule for each in _now(region_id, at) if not each.tier]


def rules_for(wanted: Collection[Whose], *, at: datetime) -> dict[Whose, list[Rule]]:
    """What these buyers get by themselves in these regions: what everybody does, and members of a class.

    Nobody's class is looked up where no campaign asks for one. A buyer without a name is everybody.
    """
    there = {region_id: _now(region_id, at) for _buyer, region_id in wanted}
    asked = {w for w in wanted if w[0] and any(each.tier for each in there[w[1]])}
    held = classes.held(asked, at=at)
    return {
        whose: [
            each.rule
            for each in there[whose[1]]
            if not each.tier or each.tier in held.get(whose, ())
        ]
        for whose in wanted
    }


def for_members(region_id: int, *, at: datetime) -> list[tuple[Words, Rule]]:
    """What members get by themselves in a region now: the class, in words, and what it gets."""
    names = classes.published(region_id, at=at)
    return [(names[each.tier], each.rule) for each in _now(region_id, at) if each.tier in names]


def _now(region_id: int, at: datetime) -> list[_Held]:
    held = _published.get(region_id, _read_published)
    return [each for each in held if each.starts_at <= at < each.ends_at]


def _read_published(region_id: int) -> tuple[_Held, ...]:
    rows = Campaign.objects.filter(
        region_id=region_id, state=State.PUBLISHED, reach=Reach.EVERYBODY
    ).order_by("pk")
    return tuple(_Held(rule_of(row), row.tier, row.starts_at, row.ends_at) for row in rows)


def own_coupons(
    *, actors: Collection[str], region_id: int | None = None, at: datetime
) -> list[Own]:
    """The coupons of these people that are in their time, those that end first at the top."""
    rows = Coupon.objects.filter(
        holder__in=actors, campaign__starts_at__lte=at, campaign__ends_at__gt=at
    )
    if region_id is not None:
        rows = rows.filter(campaign__region_id=region_id)
    found = rows.select_related("campaign__region", "campaign__supplier")
    return _with_counts(found.order_by("campaign__ends_at", "pk")[:_MOST])


def coupons_for(
    wanted: Mapping[str, Collection[int]], *, at: datetime
) -> dict[tuple[str, int], Own]:
    """Coupons by holder and id, as placing uses them: nobody's but the holder's, and in their time."""
    ids = {coupon_id for some in wanted.values() for coupon_id in some}
    if not ids:
        return {}
    rows = Coupon.objects.filter(
        pk__in=ids,
        holder__in=wanted.keys(),
        campaign__starts_at__lte=at,
        campaign__ends_at__gt=at,
    ).select_related("campaign")
    return {(own.coupon.holder, own.coupon.pk): own for own in _with_counts(rows.order_by("pk"))}


def _with_counts(rows: Iterable[Coupon]) -> list[Own]:
    coupons = list(rows)
    if not coupons:
        return []
    budgets = {c.campaign.budget_bucket_id for c in coupons} - {None}
    left = inventory.left([*(c.bucket_id for c in coupons), *(b for b in budgets if b)])
    return [
        Own(
            coupon,
            left.get(coupon.bucket_id, 0),
            left.get(coupon.campaign.budget_bucket_id, 0)
            if coupon.campaign.budget_bucket_id
            else None,
        )
        for coupon in coupons
    ]


def price(offers: Sequence[Offer], rules: Sequence[Rule]) -> Discounted:
    """What these offers cost together: by family and group prices, then by campaigns. Pure.

    Beside coupons that are among the rules, nothing depends on who asks.
    """
    return discount(price_together(offers), rules)


def with_counts(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """The campaigns with how many coupons are claimed and how many fen of the budget are spent."""
    buckets = Bucket.objects.values("taken")
    return campaigns.annotate(
        claimed_count=Subquery(buckets.filter(pk=OuterRef("total_bucket_id"))),
        spent_fen=Subquery(buckets.filter(pk=OuterRef("budget_bucket_id"))),
    )


def on_offer(region_id: int, *, holder: str = "", at: datetime) -> list[Offered]:
    """What coupons can be claimed in a region now, those that end first at the top."""
    rows = Campaign.objects.filter(
        region_id=region_id,
        state=State.PUBLISHED,
        reach=Reach.COUPON,
        starts_at__lte=at,
        ends_at__gt=at,
    ).select_related("region", "supplier")
    campaigns = list(rows.order_by("ends_at", "pk")[:_MOST])
    left = inventory.left([c.total_bucket_id for c in campaigns if c.total_bucket_id])
    own = set(
        Coupon.objects.filter(campaign__in=campaigns, holder=holder).values_list(
            "campaign_id", "period"
        )
    )
    return [
        Offered(c, left.get(c.total_bucket_id or 0), (c.pk, c.period_at(at)) in own)
        for c in campaigns
    ]
