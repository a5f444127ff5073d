"""A payment service's file, compared with what we know: the run, its rows, and what is off."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Off(models.TextChoices):
    """What can be off: eight kinds (docs/algorithms/reconciliation.md). The first that holds is told."""

    MISSING = "MISSING", _("ours, and not in the file")
    UNKNOWN = "UNKNOWN", _("in the file, and unknown to us")
    TWICE = "TWICE", _("in the file twice")
    STATE = "STATE", _("another state or kind than ours")
    CURRENCY = "CURRENCY", _("another currency")
    AMOUNT = "AMOUNT", _("another sum")
    PERIOD = "PERIOD", _("of another day")
    FEE = "FEE", _("another fee than agreed")


class Bill(models.Model):
    """One file of a payment service, read once: the same file again finds this row and does nothing.

    ``since`` and ``until`` are what it tells of. Fees are in the ledger as of ``until``.
    """

    provider = models.CharField(_("payment service"), max_length=20)
    sha256 = models.CharField(_("hash of the file"), max_length=64)
    name = models.CharField(_("file"), max_length=200)
    since = models.DateTimeField(_("from"), null=True)
    until = models.DateTimeField(_("until"), null=True)
    rows = models.PositiveIntegerField(_("rows"))
    other_rows = models.PositiveIntegerField(_("rows that are neither payment nor refund"))
    payments_fen = models.BigIntegerField(_("payments (fen)"))
    refunds_fen = models.BigIntegerField(_("refunds (fen)"))
    fees_fen = models.BigIntegerField(_("fees booked (fen)"))
    is_short = models.BooleanField(_("broke off"))
    is_late = models.BooleanField(_("came late"))
    actor = models.CharField(_("read by"), max_length=64)
    made_at = models.DateTimeField(_("file read at"))

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        constraints = (
            models.UniqueConstraint(
                fields=("provider", "sha256"), name="bookings_settlement_bill_once"
            ),
            models.CheckConstraint(
                condition=Q(payments_fen__gte=0) & Q(refunds_fen__gte=0),
                name="bookings_settlement_bill_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.name}"


class BillRow(models.Model):
    """One row of money of a file, and what of ours it is."""

    bill = models.ForeignKey(
        Bill, models.PROTECT, related_name="lines", verbose_name=_("reconciliation")
    )
    line = models.PositiveIntegerField(_("line"))
    said = models.CharField(_("kind"), max_length=7)
    provider_no = models.CharField(_("number at the payment service"), max_length=160)
    payment_no = models.CharField(_("our number of the payment"), max_length=64)
    own_no = models.CharField(_("our number"), max_length=64)
    fen = models.BigIntegerField(_("amount (fen)"))
    fee_fen = models.BigIntegerField(_("fee (fen)"))
    currency = models.CharField(_("currency"), max_length=3)
    fee_currency = models.CharField(_("currency of the fee"), max_length=3)
    at = models.DateTimeField(_("at"))
    is_done = models.BooleanField(_("done"))
    attempt_id = models.BigIntegerField(_("payment"), null=True)
    refund_id = models.BigIntegerField(_("refund"), null=True)

    class Meta:
        verbose_name = _("row of a file")
        verbose_name_plural = _("rows of files")
        constraints = (
            models.CheckConstraint(condition=Q(fen__gte=0), name="bookings_settlement_row_fen"),
        )
        indexes = (
            models.Index(
                fields=("attempt_id",),
                condition=Q(refund_id__isnull=True, attempt_id__isnull=False),
                name="bookings_settlement_row_pay",
            ),
            models.Index(
                fields=("refund_id",),
                condition=Q(refund_id__isnull=False),
                name="bookings_settlement_row_back",
            ),
        )

    def __str__(self) -> str:
        return f"{self.said} {self.own_no}"


class FindingState(models.TextChoices):
    """Whether somebody has worked it off."""

    OPEN = "OPEN", _("open")
    EXPLAINED = "EXPLAINED", _("explained")


class Finding(models.Model):
    """One thing that is off: a row of the file, or what is missing in it, beside ours."""

    bill = models.ForeignKey(
        Bill, models.PROTECT, related_name="findings", verbose_name=_("reconciliation")
    )
    off = models.CharField(_("what is off"), max_length=10, choices=Off)
    line = models.PositiveIntegerField(_("line of the file"), null=True, blank=True)
    attempt_id = models.BigIntegerField(_("payment"), null=True, blank=True)
    refund_id = models.BigIntegerField(_("refund"), null=True, blank=True)
    theirs = models.CharField(_("in the file"), max_length=120, blank=True)
    ours = models.CharField(_("ours"), max_length=120, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=FindingState, default=FindingState.OPEN
    )
    words = models.CharField(_("explanation"), max_length=300, blank=True)
    closed_by = models.CharField(_("explained by"), max_length=64, blank=True)
    closed_at = models.DateTimeField(_("explained at"), null=True, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = (
            models.CheckConstraint(
                condition=Q(off__in=[off.value for off in Off])
                & (Q(state="OPEN", words="") | (Q(state="EXPLAINED") & ~Q(words=""))),
                name="bookings_settlement_finding_known",
            ),
        )
        indexes = (
            models.Index(
                fields=("bill",),
                condition=Q(state="OPEN"),
                name="bookings_settlement_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_off_display()} {self.line or ''}".strip()
