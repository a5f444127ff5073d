"""Double entry. Rows are only ever added: a trigger refuses UPDATE, DELETE and TRUNCATE, and a
deferred trigger refuses a commit in which an Entry's postings do not sum to zero per currency.

Assets are positive, what we owe is negative. ``account`` is a plain code: see ledger.operations.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

POINTS = "XPT"
"""Points as a currency. ISO 4217 leaves codes that begin with X to what is no country's money."""


class Entry(models.Model):
    """One business fact that moved money, written once per ``key``."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    subject = models.CharField(_("subject"), max_length=60, db_index=True)
    memo = models.CharField(_("memo"), max_length=60)
    region_id = models.BigIntegerField(_("region"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One leg of an Entry, in fen."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", verbose_name=_("entry")
    )
    account = models.CharField(_("account"), max_length=60, db_index=True)
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    currency = models.CharField(_("currency"), max_length=3, default="CNY")

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(amount_fen=0), name="bookings_ledger_posting_not_zero"
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.amount_fen}"
