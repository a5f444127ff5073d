"""What the books have given to suppliers and taken from them, posting by posting."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Why a supplier's account has moved."""

    USED = "USED", _("used")
    EXPIRED = "EXPIRED", _("expired unused")
    KEPT = "KEPT", _("kept by the terms")
    METERED = "METERED", _("measured after use")
    REFUNDED = "REFUNDED", _("refunded")
    DEPOSIT = "DEPOSIT", _("kept of a deposit")
    COMMISSION = "COMMISSION", _("commission")
    ADJUSTMENT = "ADJUSTMENT", _("adjustment")


EARNED = (Kind.USED, Kind.EXPIRED, Kind.KEPT, Kind.METERED, Kind.REFUNDED)
"""What commission is taken of."""


class Earning(models.Model):
    """One posting to a supplier's own account in the ledger, told once. Above zero it is the supplier's.

    ``posting_id`` and ``entry_id`` name the ledger's rows. The amount is the posting's, the other way
    round; verify_invariants compares them. ``statement`` is the one sheet it is on, for good.
    """

    posting_id = models.BigIntegerField(_("posting"), unique=True)
    entry_id = models.BigIntegerField(_("ledger entry"))
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("supplier"),
    )
    region_id = models.BigIntegerField(_("region"))
    currency = models.CharField(_("currency"), max_length=3)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    line_id = models.BigIntegerField(_("order line"), null=True, blank=True)
    fen = models.BigIntegerField(_("amount (fen)"))
    at = models.DateTimeField(_("at"))
    statement = models.ForeignKey(
        "Statement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="earnings",
        verbose_name=_("statement"),
    )

    class Meta:
        verbose_name = _("earning")
        verbose_name_plural = _("earnings")
        constraints = (
            models.CheckConstraint(
                condition=~Q(fen=0) & Q(kind__in=[each.value for each in Kind]),
                name="bookings_settlement_earning_known",
            ),
        )
        indexes = (
            models.Index(
                fields=("line_id",),
                condition=Q(line_id__isnull=False),
                name="bookings_settlement_earn_line",
            ),
            models.Index(fields=("organisation", "at"), name="bookings_settlement_earn_at"),
            models.Index(
                fields=("region_id", "at"),
                condition=Q(statement__isnull=True),
                name="bookings_settlement_earn_left",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.fen}"


class ExpiredPart(models.Model):
    """A part that was paid and whose time passed unused, once: what it was to bring its supplier, in fen.

    ``is_platform``: by the contract it is the platform's. ``undone_at``: it was used after all, or
    cancelled by somebody, and the books have taken the expiry back.
    """

    line = models.ForeignKey(
        "bookings_orders.Line",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("order line"),
    )
    part_key = models.CharField(_("part"), max_length=80)
    fen = models.BigIntegerField(_("amount (fen)"))
    is_platform = models.BooleanField(_("the platform's"))
    expired_at = models.DateTimeField(_("expired at"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("expired part")
        verbose_name_plural = _("expired parts")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "part_key"), name="bookings_settlement_expired_once"
            ),
            models.CheckConstraint(condition=Q(fen__gte=0), name="bookings_settlement_expired_fen"),
        )

    def __str__(self) -> str:
        return f"{self.line_id}:{self.part_key}"
