"""Points: the rules of a region by version, what each person has, and what was earned until when.

Points are units of a Bucket of their holder's, so that an order takes them as it takes places, and a
currency of the ledger (``XPT``) that agrees with it at every commit. See docs/algorithms/points.md.
"""

from __future__ import annotations

from datetime import date, datetime, time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.ledger.models import POINTS
from bookings.points.tiers import Tier, thaw

CURRENCY = POINTS
"""Points in the ledger."""

MOST_PER_YUAN = 10_000


class Scheme(models.Model):
    """One version of a region's rules. It holds from ``valid_from`` until the next one does.

    A trigger refuses every change of it. ``earned`` points come with a yuan that was used, and
    ``per_yuan`` of them pay one; no more than ``most_permille`` of a price. They are good until the
    end of the year ``years`` after the one in which they were earned; ``told_days`` before, the holder
    is told. ``tiers`` are the classes of members (see points.tiers).
    """

    region = models.ForeignKey("kernel_places.Region", models.PROTECT, verbose_name=_("region"))
    valid_from = models.DateTimeField(_("valid from"))
    earned = models.PositiveSmallIntegerField(
        _("points for a yuan that is used"), default=1, validators=(MaxValueValidator(1000),)
    )
    per_yuan = models.PositiveSmallIntegerField(
        _("points that pay a yuan"), default=100,
        validators=(MinValueValidator(1), MaxValueValidator(MOST_PER_YUAN)),
    )  # fmt: skip
    most_permille = models.PositiveSmallIntegerField(
        _("at most of a price (thousandths)"), default=500,
        validators=(MaxValueValidator(1000),),
    )  # fmt: skip
    years = models.PositiveSmallIntegerField(
        _("good until the end of so many years later"), default=1,
        validators=(MaxValueValidator(20),), help_text=_("1: until the end of the next year."),
    )  # fmt: skip
    told_days = models.PositiveSmallIntegerField(
        _("told so many days before"), default=30, validators=(MaxValueValidator(365),)
    )
    tiers = models.JSONField(_("classes of members"), default=list, db_default=[], blank=True)
    actor = models.CharField(_("entered by"), max_length=64)
    made_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("rules of points")
        verbose_name_plural = _("rules of points")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "valid_from"), name="bookings_points_scheme_begins"
            ),
            models.CheckConstraint(
                condition=Q(per_yuan__gte=1) & Q(most_permille__lte=1000),
                name="bookings_points_scheme_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} {timezone.localtime(self.valid_from):%Y-%m-%d}"

    @property
    def classes(self) -> tuple[Tier, ...]:
        """The classes of members, the lowest first."""
        return thaw(self.tiers)

    def expires_at(self, earned_at: datetime) -> datetime:
        """When what is earned at a moment is gone: midnight after the last day of that year, there."""
        year = self.region.local_date(earned_at).year + self.years + 1
        return self.region.at(date(year, 1, 1), time())

    def worth_fen(self, points: int) -> int:
        """What so many points pay, in whole fen."""
        return max(points, 0) * 100 // self.per_yuan


class Account(models.Model):
    """One person's points in one region: what the Bucket has left, less what is ``owed``.

    ``owed`` are points that were taken back after they had been spent; what is earned next, or comes
    back, fills it first. It moves only while the Bucket is locked.
    """

    holder = models.CharField(_("holder"), max_length=64)
    region = models.ForeignKey("kernel_places.Region", models.PROTECT, verbose_name=_("region"))
    bucket_id = models.BigIntegerField(_("bucket"), unique=True)
    owed = models.PositiveIntegerField(_("owed (points)"), default=0)

    class Meta:
        verbose_name = _("account of points")
        verbose_name_plural = _("accounts of points")
        constraints = (
            models.UniqueConstraint(
                fields=("holder", "region"), name="bookings_points_account_holder"
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder} {self.region_id}"

    @property
    def user_id(self) -> int:
        """The holder's account: nobody else has points."""
        return int(self.holder.partition(":")[2])

    @property
    def subject(self) -> str:
        """How the ledger names it, as a subject and as an account of it."""
        return f"points:{self.pk}"


class Batch(models.Model):
    """What one journey has earned, as it stands now: less where something of it was taken back.

    ``order_id`` is the order that the journey began with; ``changes`` counts how often it moved.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="batches", db_index=False, verbose_name=_("account")
    )
    order_id = models.BigIntegerField(_("order"), unique=True)
    points = models.PositiveIntegerField(_("points"))
    changes = models.PositiveIntegerField(_("changes"), default=1)
    earned_at = models.DateTimeField(_("earned at"))
    expires_at = models.DateTimeField(_("good until"))
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("earned points")
        verbose_name_plural = _("earned points")
        indexes = (
            models.Index(fields=("account", "expires_at"), name="bookings_points_batch_account"),
            models.Index(fields=("expires_at",), name="bookings_points_batch_expires"),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.points}"
