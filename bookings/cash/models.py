"""Cash at the counter: a clerk's shift with a drawer, what goes in and out of it, and how it was counted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Shift(models.Model):
    """One clerk's time at one drawer. What went in and out is moved by guarded statements only."""

    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("clerk")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("organisation")
    )
    float_fen = models.BigIntegerField(_("change at the beginning (fen)"))
    taken_fen = models.BigIntegerField(_("taken (fen)"), default=0)
    paid_out_fen = models.BigIntegerField(_("paid out (fen)"), default=0)
    counted_fen = models.BigIntegerField(_("counted at the end (fen)"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift at a counter")
        verbose_name_plural = _("shifts at counters")
        constraints = (
            models.UniqueConstraint(
                fields=("clerk",),
                condition=Q(closed_at__isnull=True),
                name="bookings_cash_shift_one_open",
            ),
            models.CheckConstraint(
                condition=Q(float_fen__gte=0)
                & Q(taken_fen__gte=0)
                & Q(paid_out_fen__gte=0)
                & Q(paid_out_fen__lte=F("float_fen") + F("taken_fen")),
                name="bookings_cash_shift_drawer",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, counted_fen__isnull=True)
                | Q(closed_at__isnull=False, counted_fen__gte=0),
                name="bookings_cash_shift_counted",
            ),
        )

    def __str__(self) -> str:
        return f"{self.clerk} {self.opened_at:%Y-%m-%d}"

    @property
    def expected_fen(self) -> int:
        """What must be in the drawer."""
        return self.float_fen + self.taken_fen - self.paid_out_fen

    @property
    def difference_fen(self) -> int | None:
        """Above zero: too much was counted; below: some is missing. None while it is open."""
        return None if self.counted_fen is None else self.counted_fen - self.expected_fen

    @property
    def account(self) -> str:
        """The drawer in the ledger."""
        return f"drawer:{self.pk}"


class Taking(models.Model):
    """Cash that was taken for a payment. ``token`` is the payment's."""

    shift = models.ForeignKey(
        Shift, models.PROTECT, related_name="takings", verbose_name=_("shift")
    )
    token = models.CharField(_("token"), max_length=40, unique=True)
    words = models.CharField(_("words"), max_length=60, blank=True)
    fen = models.BigIntegerField(_("amount (fen)"))
    returned_fen = models.BigIntegerField(_("to be returned (fen)"), default=0)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("cash taken")
        verbose_name_plural = _("cash taken")
        constraints = (
            models.CheckConstraint(
                condition=Q(fen__gt=0) & Q(returned_fen__gte=0) & Q(returned_fen__lte=F("fen")),
                name="bookings_cash_taking_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.words} {self.fen}"


class Payout(models.Model):
    """Cash that a buyer may fetch at a counter of the organisation that took it."""

    taking = models.ForeignKey(
        Taking, models.PROTECT, related_name="payouts", verbose_name=_("cash taken")
    )
    token = models.CharField(_("token"), max_length=40, unique=True)
    fen = models.BigIntegerField(_("amount (fen)"))
    asked_at = models.DateTimeField(_("asked at"))
    shift = models.ForeignKey(
        Shift,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payouts",
        verbose_name=_("shift that paid it out"),
    )
    paid_at = models.DateTimeField(_("paid out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("cash to pay out")
        verbose_name_plural = _("cash to pay out")
        constraints = (
            models.CheckConstraint(condition=Q(fen__gt=0), name="bookings_cash_payout_fen"),
            models.CheckConstraint(
                condition=Q(shift__isnull=True, paid_at__isnull=True)
                | Q(shift__isnull=False, paid_at__isnull=False),
                name="bookings_cash_payout_paid",
            ),
        )
        indexes = (
            models.Index(
                fields=("asked_at",),
                condition=Q(paid_at__isnull=True),
                name="bookings_cash_payout_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.taking.words} {self.fen}"
