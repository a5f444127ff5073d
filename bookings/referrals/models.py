"""Codes that guides and inns hand on, what was agreed for each by version, and what each has earned.

An order keeps the code it was bought by; the rate is the one that held then.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.naming import Named

MOST_PERMILLE = 500


class Code(Named):
    """Who recommends. ``holder`` is the account that sees the earnings and is owed them."""

    region = models.ForeignKey("kernel_places.Region", models.PROTECT, verbose_name=_("region"))
    code = models.CharField(_("code"), max_length=16, unique=True)
    holder = models.ForeignKey(
        "accounts_identity.User", models.PROTECT, related_name="+", verbose_name=_("holder")
    )
    is_open = models.BooleanField(_("open"), default=True)
    actor = models.CharField(_("entered by"), max_length=64)
    made_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("distribution code")
        verbose_name_plural = _("distribution codes")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def account(self) -> str:
        """What it is owed, in the ledger."""
        return f"agent:{self.pk}"


class Rate(models.Model):
    """One version of what a code earns: it holds from ``valid_from`` until the next. Never changed."""

    code = models.ForeignKey(
        Code, models.PROTECT, related_name="rates", db_index=False, verbose_name=_("code")
    )
    valid_from = models.DateTimeField(_("valid from"))
    permille = models.PositiveSmallIntegerField(
        _("thousandths"), validators=(MinValueValidator(0), MaxValueValidator(MOST_PERMILLE))
    )
    actor = models.CharField(_("entered by"), max_length=64)
    made_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("rate of a distribution code")
        verbose_name_plural = _("rates of distribution codes")
        constraints = (
            models.UniqueConstraint(
                fields=("code", "valid_from"), name="bookings_referrals_rate_begins"
            ),
            models.CheckConstraint(
                condition=Q(permille__gte=0, permille__lte=MOST_PERMILLE),
                name="bookings_referrals_rate_permille",
            ),
        )

    def __str__(self) -> str:
        return f"{self.permille}‰ {timezone.localtime(self.valid_from):%Y-%m-%d}"


class Commission(models.Model):
    """What a code has earned by one journey, as it stands: ``permille`` of ``base_fen`` that was used.

    ``order_id`` is the order that the journey began with. Less where money went back; ``changes``
    counts how often it moved.
    """

    code = models.ForeignKey(
        Code, models.PROTECT, related_name="commissions", db_index=False, verbose_name=_("code")
    )
    order_id = models.BigIntegerField(_("order"), unique=True)
    base_fen = models.BigIntegerField(_("used (fen)"))
    permille = models.PositiveSmallIntegerField(_("thousandths"))
    fen = models.BigIntegerField(_("commission (fen)"))
    changes = models.PositiveIntegerField(_("changes"), default=1)
    earned_at = models.DateTimeField(_("earned at"))

    class Meta:
        verbose_name = _("commission of a distribution code")
        verbose_name_plural = _("commissions of distribution codes")
        constraints = (
            models.CheckConstraint(
                condition=Q(fen__gte=0, base_fen__gte=models.F("fen")),
                name="bookings_referrals_commission_sums",
            ),
        )
        indexes = (
            models.Index(fields=("code", "-earned_at", "-id"), name="bookings_referrals_earned"),
        )

    def __str__(self) -> str:
        return f"{self.code_id} {self.fen}"
