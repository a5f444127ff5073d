"""What goes from the platform's bank to suppliers: accounts, payouts of statements, the bank's files."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class BankAccount(models.Model):
    """Where a supplier wants its money, as it has entered it. The newest counts; a trigger keeps all of them.

    ``sealed`` is what a transfer needs, ``masked`` what pages show.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("supplier"),
    )
    sealed = models.TextField(_("details, sealed"))
    masked = models.CharField(_("account"), max_length=8)
    given_by = models.CharField(_("given by"), max_length=64)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("supplier's bank account")
        verbose_name_plural = _("suppliers' bank accounts")

    def __str__(self) -> str:
        return self.masked


class BankFile(models.Model):
    """One file for the bank: payouts that are to be transferred, each in one file only."""

    made_by = models.CharField(_("made by"), max_length=64)
    made_at = models.DateTimeField(_("made at"))
    rows = models.PositiveIntegerField(_("rows"))

    class Meta:
        verbose_name = _("file for the bank")
        verbose_name_plural = _("files for the bank")

    def __str__(self) -> str:
        return f"payouts-{self.pk}"


class PayoutState(models.TextChoices):
    """Where a payout stands: ASKED → DUE → SENT → BACK; ASKED → DROPPED; DUE → BACK.

    From DUE on it is in the books; BACK, another entry has taken it out again.
    """

    ASKED = "ASKED", _("waiting for a second person")
    DUE = "DUE", _("to be transferred")
    SENT = "SENT", _("transferred")
    BACK = "BACK", _("came back")
    DROPPED = "DROPPED", _("given up")


LIVE = (PayoutState.ASKED, PayoutState.DUE, PayoutState.SENT)
"""A statement has one of these at most."""


class Payout(models.Model):
    """The whole balance of a confirmed statement on its way to the supplier's account.

    ``reference`` is the bank's own of the transfer, ``why`` what the bank said when it came back.
    """

    statement = models.ForeignKey(
        "Statement", models.PROTECT, related_name="payouts", verbose_name=_("statement")
    )
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="+", verbose_name=_("account")
    )
    file = models.ForeignKey(
        BankFile, models.PROTECT, null=True, blank=True, related_name="payouts",
        verbose_name=_("file for the bank"),
    )  # fmt: skip
    fen = models.BigIntegerField(_("amount (fen)"))
    state = models.CharField(_("state"), max_length=10, choices=PayoutState)
    asked_by = models.CharField(_("asked by"), max_length=64)
    asked_at = models.DateTimeField(_("asked at"))
    approved_by = models.CharField(_("approved by"), max_length=64, blank=True)
    booked_at = models.DateTimeField(_("booked at"), null=True, blank=True)
    reference = models.CharField(_("the bank's reference"), max_length=80, blank=True)
    sent_at = models.DateTimeField(_("transferred at"), null=True, blank=True)
    why = models.CharField(_("why it came back"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("came back or given up at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout of a statement")
        verbose_name_plural = _("payouts of statements")
        constraints = (
            models.UniqueConstraint(
                fields=("statement",),
                condition=Q(state__in=("ASKED", "DUE", "SENT")),
                name="bookings_settlement_payout_once",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="bookings_settlement_payout_fen"),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("asked_by")),
                name="bookings_settlement_payout_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("ASKED", "DROPPED"), booked_at__isnull=True)
                | Q(state="DUE", booked_at__isnull=False)
                | (Q(state="SENT", booked_at__isnull=False, sent_at__isnull=False) & ~Q(reference=""))
                | (Q(state="BACK", booked_at__isnull=False, ended_at__isnull=False) & ~Q(why="")),
                name="bookings_settlement_payout_state",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True) | Q(booked_at__isnull=False),
                name="bookings_settlement_payout_file",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.statement} P{self.pk}"

    @property
    def number(self) -> str:
        """Our number of the transfer, for the bank's file and its answer."""
        return f"QYP{self.pk}"

    @property
    def subject(self) -> str:
        """What audit and books call it."""
        return f"payout:{self.pk}"
