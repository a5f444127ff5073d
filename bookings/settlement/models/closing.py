"""Months of a region whose books are closed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MonthClose(models.Model):
    """The books of a region's month as they were when it was first closed; a trigger keeps the row.

    What belongs to it, and to every month before: entries dated before ``until`` whose number is not
    above ``last_entry_id``. So many ``entries`` they are, and move ``debits_fen`` of every currency in
    all. ``sha256`` is that of the report, which comes out the same whenever it is made again.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("region"),
    )  # fmt: skip
    month = models.DateField(_("month"))
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    last_entry_id = models.BigIntegerField(_("last ledger entry"))
    entries = models.BigIntegerField(_("ledger entries until then"))
    debits_fen = models.BigIntegerField(_("debits until then (fen)"))
    sha256 = models.CharField(_("hash of the report"), max_length=64)
    actor = models.CharField(_("closed by"), max_length=64)
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "month"), name="bookings_settlement_close_once"
            ),
            models.CheckConstraint(
                condition=Q(debits_fen__gte=0) & Q(entries__gte=0) & Q(last_entry_id__gte=0),
                name="bookings_settlement_close_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.month:%Y-%m}"
