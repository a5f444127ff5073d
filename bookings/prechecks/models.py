"""What was found the evening before of everybody who is expected the next day."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

EVENING = time(20)
"""On the place's clock, where a region says nothing else."""


class Finding(models.TextChoices):
    """What may be wrong, or has to be known, before somebody sets out."""

    MISSING = "MISSING", _("No document on file")
    UNREADABLE = "UNREADABLE", _("The document on file cannot be read any more")
    MISMATCH = "MISMATCH", _("Name and number do not belong together")
    UNPAID = "UNPAID", _("The rest is not paid yet")
    COMPARE = "COMPARE", _("Name and number are compared at the gate: bring the original document")
    BRING = "BRING", _("Proof to be brought")
    RESTS = "RESTS", _("Missed free visits: no further ones for some days")


MUST = frozenset({Finding.MISSING, Finding.UNREADABLE, Finding.MISMATCH, Finding.UNPAID})
"""What has to be put right; all else has only to be known."""

OF_THE_PERSON = MUST - {Finding.UNPAID}
"""What is put right by correcting a name or a document."""


class Timing(models.Model):
    """From when on, on the evening before, a region looks at the next day's visitors."""

    region = models.OneToOneField("kernel_places.Region", models.CASCADE, verbose_name=_("region"))
    begins = models.TimeField(_("from, in the evening before"), default=EVENING)

    class Meta:
        verbose_name = _("time of the pre-check")
        verbose_name_plural = _("times of the pre-check")

    def __str__(self) -> str:
        return f"{self.region} {self.begins:%H:%M}"


class Check(models.Model):
    """What was found of one voucher for ``day``, its venue's: once. ``is_short``: something must be put
    right; ``settled_at``: it was.
    """

    voucher = models.ForeignKey(
        "bookings_vouchers.Voucher",
        models.CASCADE,
        related_name="prechecks",
        db_index=False,
        verbose_name=_("voucher"),
    )
    region_id = models.BigIntegerField(_("region"))
    day = models.DateField(_("day"))
    found = ArrayField(
        models.CharField(max_length=10, choices=Finding), default=list, verbose_name=_("found")
    )
    is_short = models.BooleanField(_("something is missing"))
    checked_at = models.DateTimeField(_("checked at"))
    settled_at = models.DateTimeField(_("put right at"), null=True, blank=True)

    class Meta:
        verbose_name = _("pre-check")
        verbose_name_plural = _("pre-checks")
        constraints = (
            models.UniqueConstraint(
                fields=("voucher", "day"), name="bookings_prechecks_check_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(is_short=True),
                name="bookings_prechecks_check_settled",
            ),
        )
        indexes = (models.Index(fields=("day",), name="bookings_prechecks_day"),)

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.day}"
