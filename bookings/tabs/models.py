"""Use now, pay by the month: a tab of a person, a company or an office, with a limit over all services."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Tab(models.Model):
    """Who may pay later, and how much at most. ``used_fen`` is moved by guarded statements only.

    Below zero it is what the platform owes the holder. Above the limit only a closed one can be, when
    the payment of a bill was taken back. ``region`` says where its months end.
    """

    name = models.CharField(_("holder"), max_length=80, unique=True)
    region = models.ForeignKey("kernel_places.Region", models.PROTECT, verbose_name=_("region"))
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    limit_fen = models.BigIntegerField(_("limit (fen)"))
    used_fen = models.BigIntegerField(_("used and not paid (fen)"), default=0)
    pay_within_days = models.PositiveSmallIntegerField(_("days to pay a bill"), default=15)
    is_open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("tab")
        verbose_name_plural = _("tabs")
        constraints = (
            models.CheckConstraint(
                condition=Q(used_fen__lte=F("limit_fen")) | Q(is_open=False),
                name="bookings_tabs_tab_open_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(limit_fen__gte=0) & Q(pay_within_days__gt=0),
                name="bookings_tabs_tab_sums",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def left_fen(self) -> int:
        """What can still be spent."""
        return self.limit_fen - self.used_fen

    @property
    def subject(self) -> str:
        """How the ledger names it."""
        return f"tab:{self.pk}"


class Member(models.Model):
    """A person who may pay by a tab; nobody is in two, so that it is clear which one pays.

    An administrator of the tab says who else may, and keeps its bills.
    """

    tab = models.ForeignKey(Tab, models.CASCADE, related_name="members", verbose_name=_("tab"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    is_admin = models.BooleanField(_("administrator"), default=False, db_default=False)

    class Meta:
        verbose_name = _("person on a tab")
        verbose_name_plural = _("people on tabs")

    def __str__(self) -> str:
        return f"{self.tab} {self.user_id}"


class Bill(models.Model):
    """What a tab owes for one calendar month of its region; ``month`` is the first day of it."""

    tab = models.ForeignKey(Tab, models.PROTECT, related_name="bills", verbose_name=_("tab"))
    month = models.DateField(_("month"))
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    issued_at = models.DateTimeField(_("issued at"))
    due_at = models.DateTimeField(_("due at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    attempt_id = models.BigIntegerField(_("payment"), null=True, blank=True)

    class Meta:
        verbose_name = _("monthly bill")
        verbose_name_plural = _("monthly bills")
        constraints = (
            models.UniqueConstraint(fields=("tab", "month"), name="bookings_tabs_bill_month"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bookings_tabs_bill_amount"),
        )
        indexes = (
            models.Index(
                fields=("tab", "due_at"),
                condition=Q(paid_at__isnull=True),
                name="bookings_tabs_bill_unpaid",
            ),
        )

    def __str__(self) -> str:
        return f"{self.tab} {self.month:%Y-%m}"

    def is_late(self, at: datetime) -> bool:
        """Whether it should have been paid by now."""
        return self.paid_at is None and self.due_at <= at


class Item(models.Model):
    """One line of a tab: a payment (above zero), or money that came back for one (below zero)."""

    tab = models.ForeignKey(Tab, models.PROTECT, related_name="items", verbose_name=_("tab"))
    token = models.CharField(_("token"), max_length=40, unique=True)
    fen = models.BigIntegerField(_("amount (fen)"))
    returned_fen = models.BigIntegerField(_("returned (fen)"), default=0)
    of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returns",
        verbose_name=_("payment that it returns"),
    )
    actor = models.CharField(_("payer"), max_length=64, blank=True)
    words = models.CharField(_("words"), max_length=60, blank=True)
    at = models.DateTimeField(_("at"))
    bill = models.ForeignKey(
        Bill,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("monthly bill"),
    )

    class Meta:
        verbose_name = _("line of a tab")
        verbose_name_plural = _("lines of tabs")
        constraints = (
            models.CheckConstraint(condition=~Q(fen=0), name="bookings_tabs_item_fen"),
            models.CheckConstraint(
                condition=Q(returned_fen=0)
                | Q(fen__gt=0, returned_fen__gt=0, returned_fen__lte=F("fen")),
                name="bookings_tabs_item_returned",
            ),
        )
        indexes = (
            models.Index(
                fields=("tab", "at"),
                condition=Q(bill__isnull=True),
                name="bookings_tabs_item_unbilled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.tab} {self.fen}"


class Payout(models.Model):
    """What the platform owes the holder of a tab, transferred to them; above the limit by two people.

    ``fen`` is all that was owed when it was asked for. Its number stands on the transfer.
    """

    tab = models.ForeignKey(Tab, models.PROTECT, related_name="payouts", verbose_name=_("tab"))
    fen = models.BigIntegerField(_("amount (fen)"))
    asked_by = models.CharField(_("asked by"), max_length=64)
    asked_at = models.DateTimeField(_("asked at"))
    approved_by = models.CharField(_("approved by"), max_length=64, blank=True)
    paid_at = models.DateTimeField(_("paid out at"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("given up at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout of a tab")
        verbose_name_plural = _("payouts of tabs")
        constraints = (
            models.UniqueConstraint(
                fields=("tab",),
                condition=Q(paid_at__isnull=True, dropped_at__isnull=True),
                name="bookings_tabs_payout_one_open",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="bookings_tabs_payout_fen"),
            models.CheckConstraint(
                condition=~Q(approved_by=F("asked_by")), name="bookings_tabs_payout_two_people"
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True) | Q(dropped_at__isnull=True),
                name="bookings_tabs_payout_one_end",
            ),
        )

    def __str__(self) -> str:
        return f"TP{self.pk}"
