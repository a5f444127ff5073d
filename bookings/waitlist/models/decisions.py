"""What was decided about those who wait."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.waitlist.models.entries import Entry, Wish


class Outcome(models.TextChoices):
    """What became of units that came free."""

    SERVED = "SERVED", _("given to")
    PASSED = "PASSED", _("passed over")
    NOBODY = "NOBODY", _("fits nobody who waits")
    OPENED = "OPENED", _("sold openly")


class Decision(models.Model):
    """One step of handing out a return. Together they say why whoever was passed over was.

    SERVED: of ``free`` units of the bucket, the entry got what it asked for. That names everybody
    before it in this bucket's line with a larger party: too few for them. Who was before it for other
    reasons has a PASSED row of its own with the ``reason`` and, in its own language, the ``words``.
    NOBODY names all whose party is larger than ``free``.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    return_id = models.BigIntegerField(_("return"), null=True, blank=True)
    bucket_id = models.BigIntegerField(_("bucket"))
    free = models.IntegerField(_("free"))
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome)
    entry = models.ForeignKey(
        Entry,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("waiting list entry"),
    )
    wish = models.ForeignKey(
        Wish, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("wish")
    )
    units = models.PositiveSmallIntegerField(_("units"), default=0)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = (
            models.UniqueConstraint(
                fields=("return_id", "wish", "bucket_id"),
                condition=Q(outcome="PASSED"),
                name="bookings_waitlist_decision_passed_once",
            ),
            models.UniqueConstraint(
                fields=("entry", "bucket_id"),
                condition=Q(outcome="SERVED"),
                name="bookings_waitlist_decision_served_once",
            ),
            models.UniqueConstraint(
                fields=("return_id", "bucket_id"),
                condition=Q(outcome="NOBODY"),
                name="bookings_waitlist_decision_nobody_once",
            ),
        )
        indexes = (models.Index(fields=("bucket_id", "at"), name="bookings_waitlist_decision_at"),)

    def __str__(self) -> str:
        return f"{self.outcome} {self.bucket_id}"
