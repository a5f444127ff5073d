"""What a supplier has earned in a month, on one sheet that both sides agree about."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.settlement.models.earnings import Kind


class StatementState(models.TextChoices):
    """Where a statement stands: OPEN → SENT → CONFIRMED | DISPUTED; DISPUTED → CONFIRMED."""

    OPEN = "OPEN", _("running")
    SENT = "SENT", _("waiting for the supplier")
    CONFIRMED = "CONFIRMED", _("confirmed")
    DISPUTED = "DISPUTED", _("disputed")


class Statement(models.Model):
    """A supplier's earnings of one month of the region's calendar, and what was carried over.

    While OPEN it grows; sent, a trigger refuses any change of its sums, and what comes late is on the
    next one. ``carried_fen`` is what the last one was below zero. ``is_beyond``: it is the supplier's
    newest, and further below zero than the contract's guarantee.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("supplier"),
    )
    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    month = models.DateField(_("month"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=StatementState, default=StatementState.OPEN
    )
    carried_fen = models.BigIntegerField(_("carried over (fen)"))
    used_fen = models.BigIntegerField(_("used (fen)"), default=0)
    expired_fen = models.BigIntegerField(_("expired unused (fen)"), default=0)
    kept_fen = models.BigIntegerField(_("kept by the terms (fen)"), default=0)
    metered_fen = models.BigIntegerField(_("measured after use (fen)"), default=0)
    refunded_fen = models.BigIntegerField(_("refunded (fen)"), default=0)
    deposits_fen = models.BigIntegerField(_("kept of deposits (fen)"), default=0)
    commission_fen = models.BigIntegerField(_("commission (fen)"), default=0)
    adjusted_fen = models.BigIntegerField(_("adjustments (fen)"), default=0)
    balance_fen = models.BigIntegerField(_("balance (fen)"))
    rows = models.PositiveIntegerField(_("rows"), default=0)
    is_beyond = models.BooleanField(_("beyond the guarantee"), default=False)
    built_at = models.DateTimeField(_("built at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=64, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "region", "month", "currency"),
                name="bookings_settlement_statement_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    balance_fen=F("carried_fen") + F("used_fen") + F("expired_fen") + F("kept_fen")
                    + F("metered_fen") + F("refunded_fen") + F("deposits_fen") + F("commission_fen")
                    + F("adjusted_fen")
                )
                & Q(carried_fen__lte=0),
                name="bookings_settlement_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in StatementState])
                & (Q(state="OPEN") | Q(sent_at__isnull=False))
                & (~Q(state="CONFIRMED") | (~Q(confirmed_by="") & Q(confirmed_at__isnull=False))),
                name="bookings_settlement_statement_state",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(
                fields=("region",),
                condition=Q(is_beyond=True),
                name="bookings_settlement_beyond",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.month:%Y-%m}"

    @property
    def subject(self) -> str:
        """What audit and books call it."""
        return f"statement:{self.pk}"

    @property
    def waits_for_supplier(self) -> bool:
        """Whether the supplier may confirm or dispute it."""
        return self.state in (StatementState.SENT, StatementState.DISPUTED)

    @property
    def sums(self) -> list[tuple[str, int]]:
        """What it is made of, in words and fen, in the order of the sheet; what is nothing is left out."""
        named = ((str(words), getattr(self, name)) for name, words in SUMS.items())
        return [(words, fen) for words, fen in named if fen]


SUMS = {
    "carried_fen": _("carried over"),
    "used_fen": Kind.USED.label,
    "expired_fen": Kind.EXPIRED.label,
    "kept_fen": Kind.KEPT.label,
    "metered_fen": Kind.METERED.label,
    "refunded_fen": Kind.REFUNDED.label,
    "deposits_fen": Kind.DEPOSIT.label,
    "commission_fen": Kind.COMMISSION.label,
    "adjusted_fen": Kind.ADJUSTMENT.label,
}
"""The columns that add up to a statement's balance, in words."""


class StatementNote(models.Model):
    """What one side has said about a statement; the thread stays."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="notes", verbose_name=_("statement")
    )
    is_platform = models.BooleanField(_("of the platform"))
    actor = models.CharField(_("written by"), max_length=64)
    words = models.CharField(_("note"), max_length=1000)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("note on a statement")
        verbose_name_plural = _("notes on statements")
        constraints = (
            models.CheckConstraint(condition=~Q(words=""), name="bookings_settlement_note_said"),
        )

    def __str__(self) -> str:
        return self.words
