"""Campaigns that take something off a price, and the coupons of them that people have claimed.

A Campaign is written as a draft and never changed once it is published: another version takes its
place. What there is of it is counted by Buckets: how many coupons there are, how often each may be
used, and its budget (a unit is a fen). A coupon that was used stays in its Bucket as long as the order
stands and is good again afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.campaigns.rules import Effect, Scope, Tier
from kernel.naming import Named
from kernel.places import queries as places

MOST_UNITS = 2_000_000_000
"""What a Bucket can hold: twenty million yuan, in fen."""

_TIERS = re.compile(r"[1-9][0-9]?\+[1-9][0-9]?( [1-9][0-9]?\+[1-9][0-9]?)*", re.ASCII)


class State(models.TextChoices):
    """Where a campaign stands."""

    DRAFT = "DRAFT", _("draft")
    PUBLISHED = "PUBLISHED", _("published")
    ENDED = "ENDED", _("ended")


class Reach(models.TextChoices):
    """Who gets it."""

    EVERYBODY = "EVERYBODY", _("everybody, by itself")
    COUPON = "COUPON", _("who has claimed a coupon")


class Period(models.TextChoices):
    """How often a person may claim a coupon."""

    ONCE = "ONCE", _("once")
    DAY = "DAY", _("every day")
    MONTH = "MONTH", _("every month")


class Campaign(Named):
    """One version of a campaign. ``funder`` names who gives the money of a public consumption voucher."""

    region = models.ForeignKey("kernel_places.Region", models.PROTECT, verbose_name=_("region"))
    supplier = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, null=True, blank=True,
        verbose_name=_("supplier"), help_text=_("Empty: what all suppliers of the region sell."),
    )  # fmt: skip
    kinds = models.CharField(
        _("kinds"), max_length=120, blank=True, help_text=_("With spaces between. Empty: all."),
    )  # fmt: skip
    refs = models.CharField(
        _("products"), max_length=300, blank=True,
        help_text=_("What their references begin with, with spaces between. Empty: all."),
    )  # fmt: skip
    places = models.CharField(
        _("only at"), max_length=300, blank=True, default="", db_default="",
        help_text=_("Short names of places of the region, with spaces between. Empty: everywhere."),
    )  # fmt: skip
    place_ids = models.CharField(
        max_length=300, blank=True, default="", db_default="", editable=False
    )
    reach = models.CharField(_("for whom"), max_length=10, choices=Reach, default=Reach.COUPON)
    tier = models.SlugField(
        _("class of members"), max_length=20, blank=True, default="", db_default="",
        help_text=_("From this class on. Empty: whatever the class."),
    )  # fmt: skip
    effect = models.CharField(_("takes off"), max_length=10, choices=Effect, default=Effect.AMOUNT)
    amount_fen = models.PositiveIntegerField(
        _("sum (fen)"), default=0, validators=(MaxValueValidator(MOST_UNITS),)
    )
    permille = models.PositiveSmallIntegerField(
        _("share (thousandths)"), default=0, validators=(MaxValueValidator(1000),),
        help_text=_("So many thousandths less: 150 is fifteen percent."),
    )  # fmt: skip
    tiers = models.CharField(
        _("bought + free"), max_length=60, blank=True,
        help_text=_("“3+1” is one free with three bought; with steps: “3+1 5+2 7+3”."),
    )  # fmt: skip
    repeats = models.BooleanField(_("again and again"), default=False)
    threshold_fen = models.PositiveIntegerField(_("from a sum of (fen)"), default=0)
    most_fen = models.PositiveIntegerField(
        _("at most (fen)"), null=True, blank=True, validators=(MinValueValidator(1),)
    )
    step = models.PositiveSmallIntegerField(
        _("applied as"), default=10,
        help_text=_("Lower numbers first, each to what is left of the price."),
    )  # fmt: skip
    group = models.SlugField(
        _("group"), max_length=30, blank=True, help_text=_("Of one group only one stands.")
    )
    is_alone = models.BooleanField(_("with no other"), default=False)
    supplier_permille = models.PositiveSmallIntegerField(
        _("borne by the supplier (thousandths)"), default=0,
        validators=(MaxValueValidator(1000),), help_text=_("The platform bears the rest."),
    )  # fmt: skip
    funder = models.CharField(_("given by"), max_length=120, blank=True)
    is_real_name = models.BooleanField(_("one a real name"), default=False)
    total = models.PositiveIntegerField(
        _("coupons"), null=True, blank=True,
        validators=(MinValueValidator(1), MaxValueValidator(MOST_UNITS)),
    )  # fmt: skip
    uses = models.PositiveSmallIntegerField(
        _("uses of a coupon"), default=1, validators=(MinValueValidator(1),)
    )
    period = models.CharField(_("claimed"), max_length=5, choices=Period, default=Period.ONCE)
    budget_fen = models.PositiveIntegerField(
        _("budget (fen)"), null=True, blank=True,
        validators=(MinValueValidator(1), MaxValueValidator(MOST_UNITS)),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    before = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="after", editable=False,
        verbose_name=_("takes the place of"),
    )  # fmt: skip
    total_bucket_id = models.BigIntegerField(null=True, blank=True, editable=False)
    budget_bucket_id = models.BigIntegerField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="bookings_campaigns_window"
            ),
            models.CheckConstraint(
                condition=Q(permille__lte=1000, supplier_permille__lte=1000),
                name="bookings_campaigns_shares",
            ),
            models.CheckConstraint(
                condition=Q(supplier_permille=0) | Q(supplier__isnull=False),
                name="bookings_campaigns_supplier_agrees",
            ),
            models.CheckConstraint(
                condition=Q(reach="COUPON")
                | Q(total__isnull=True, budget_fen__isnull=True, is_real_name=False),
                name="bookings_campaigns_everybody_without_count",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT")
                | (
                    (Q(total__isnull=True) | Q(total_bucket_id__isnull=False))
                    & (Q(budget_fen__isnull=True) | Q(budget_bucket_id__isnull=False))
                ),
                name="bookings_campaigns_counted",
            ),
        )
        indexes = (models.Index(fields=("region", "state"), name="bookings_campaigns_open"),)

    @property
    def code(self) -> str:
        """How orders name it."""
        return f"c{self.pk}"

    @property
    def scope(self) -> Scope:
        """What it applies to."""
        return Scope(
            kinds=frozenset(self.kinds.split()),
            supplier_ids=frozenset([self.supplier_id] if self.supplier_id else []),
            refs=frozenset(self.refs.split()),
            place_ids=frozenset(map(int, self.place_ids.split())),
        )

    @property
    def steps(self) -> tuple[Tier, ...]:
        """ "3+1 5+2" as tiers of four and seven together."""
        pairs = (pair.partition("+") for pair in self.tiers.split())
        return tuple(Tier(int(buy) + int(free), int(free)) for buy, _plus, free in pairs)

    def period_at(self, at: datetime) -> str:
        """The period of a moment, on the region's calendar: a person claims one coupon in each."""
        day = self.region.local_date(at)
        names = {Period.ONCE: "", Period.DAY: day.isoformat(), Period.MONTH: f"{day:%Y-%m}"}
        return names[Period(self.period)]

    def clean(self) -> None:
        """:raises ValidationError: it takes nothing off, or counts what cannot be counted."""
        super().clean()
        errors = {**self._wrong_effect(), **self._wrong_reach(), **self._wrong_places()}
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            errors["ends_at"] = _("It ends before it begins.")
        if errors:
            raise ValidationError(errors)

    def _wrong_effect(self) -> dict[str, Any]:
        if self.effect == Effect.AMOUNT and not self.amount_fen:
            return {"amount_fen": _("Say how much it takes off.")}
        if self.effect == Effect.SHARE and not self.permille:
            return {"permille": _("Say how much it takes off.")}
        if self.effect == Effect.GIFTS and not _TIERS.fullmatch(self.tiers):
            return {"tiers": _("must be numbers such as 3+1, with spaces between")}
        if self.effect == Effect.GIFTS and not _rise(self.steps):
            return {"tiers": _("Each step needs more bought and gives more than the one before.")}
        if self.repeats and len(self.tiers.split()) > 1:
            return {"repeats": _("What has steps does not repeat.")}
        return {}

    def _wrong_places(self) -> dict[str, Any]:
        """Look the places up; which of them the region does not have."""
        slugs = self.places.split()
        found = places.by_slugs(self.region_id, slugs) if slugs and self.region_id else {}
        if missing := [slug for slug in slugs if slug not in found]:
            words = _("This region has no such place: %(slugs)s")
            return {"places": words % {"slugs": ", ".join(missing)}}
        self.place_ids = " ".join(str(found[slug]) for slug in slugs)
        return {}

    def _wrong_reach(self) -> dict[str, Any]:
        counted = self.total is not None or self.budget_fen is not None or self.is_real_name
        if self.reach == Reach.EVERYBODY and counted:
            return {"reach": _("What everybody gets is not counted and has no budget.")}
        if self.supplier_permille and not self.supplier_id:
            return {"supplier": _("A supplier bears a share of its own campaigns only.")}
        return {}


def _rise(steps: Sequence[Tier]) -> bool:
    """Whether each step is harder to reach and gives more."""
    pairs = pairwise(steps)
    return all(a.of - a.free < b.of - b.free and a.free < b.free for a, b in pairs)


class Coupon(models.Model):
    """One person's coupon: so often good as its Bucket has units.

    ``person_index`` is the blind index of the document of a real name, ``name_masked`` how that person
    is shown. ``period`` is the local day or month that it was claimed in, or empty.
    """

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="coupons", db_index=False,
        verbose_name=_("campaign"),
    )  # fmt: skip
    holder = models.CharField(_("holder"), max_length=64, db_index=True)
    person_index = models.CharField(_("person"), max_length=64, blank=True, db_default="")
    name_masked = models.CharField(_("real name"), max_length=60, blank=True, db_default="")
    period = models.CharField(_("period"), max_length=10, blank=True)
    bucket_id = models.BigIntegerField(_("bucket"), unique=True)
    claimed_at = models.DateTimeField(_("claimed at"))

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = (
            models.UniqueConstraint(
                fields=("campaign", "holder", "period"), name="bookings_campaigns_coupon_once"
            ),
            models.UniqueConstraint(
                fields=("campaign", "person_index", "period"), condition=~Q(person_index=""),
                name="bookings_campaigns_coupon_once_a_person",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.campaign} {self.pk}"
