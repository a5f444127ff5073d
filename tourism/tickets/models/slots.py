"""The days and entry times that people come in, and who has a place in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tourism.tickets.models.products import Product


class EntryDay(models.Model):
    """One day of an area: the limit for the whole day and for the site's own channel."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="days", verbose_name=_("product")
    )
    region_id = models.BigIntegerField(_("region"))
    date = models.DateField(_("date"))
    bucket_id = models.BigIntegerField(_("bucket of the day"))
    own_bucket_id = models.BigIntegerField(_("bucket of the own channel"))
    is_override = models.BooleanField(_("set by hand"), default=False)

    class Meta:
        verbose_name = _("entry day")
        verbose_name_plural = _("entry days")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "date"), name="tourism_tickets_entryday_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.date}"


class Slot(models.Model):
    """One entry time of one day. ``is_override``: set by hand, so that patterns leave it alone.

    ``moved_from`` is where the patterns have it, for one that was moved; the last time at ``moved_at``.
    What was called off takes nobody in.
    """

    day = models.ForeignKey(
        EntryDay, models.PROTECT, related_name="slots", verbose_name=_("entry day")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="slots", verbose_name=_("product")
    )
    region_id = models.BigIntegerField(_("region"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    bucket_id = models.BigIntegerField(_("bucket"), db_index=True)
    is_open = models.BooleanField(_("open"), default=True)
    is_override = models.BooleanField(_("set by hand"), default=False)
    moved_from = models.DateTimeField(_("moved from"), null=True, blank=True)
    moved_at = models.DateTimeField(_("moved at"), null=True, blank=True)
    called_off_at = models.DateTimeField(_("called off at"), null=True, blank=True)
    suspension_id = models.BigIntegerField(
        _("closed by the suspension"), null=True, blank=True, db_column="stop_id"
    )

    class Meta:
        verbose_name = _("entry time")
        verbose_name_plural = _("entry times")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "starts_at"), name="tourism_tickets_slot_start"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="tourism_tickets_slot_in_order"
            ),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True) | Q(is_open=False),
                name="tourism_tickets_slot_called_off",
            ),
        )
        indexes = (
            models.Index(
                fields=("moved_at",),
                condition=Q(moved_at__isnull=False),
                name="tourism_tickets_slot_moved",
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.starts_at:%Y-%m-%d %H:%M}"


class Admission(models.Model):
    """One person's place in one slot: the same document cannot hold two, whoever bought them.

    An area's admission is held once a day: its rows have a ``day_id``. A cableway may be ridden often.
    Both ids are plain: a foreign key would lock the hot row once per person sold.
    """

    slot_id = models.BigIntegerField(_("entry time"))
    day_id = models.BigIntegerField(_("day"), null=True, blank=True)
    document_index = models.CharField(_("document index"), max_length=64)
    line = models.ForeignKey(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    part_key = models.CharField(_("part"), max_length=40)
    region_id = models.BigIntegerField(_("region"))

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        constraints = (
            models.UniqueConstraint(
                fields=("slot_id", "document_index"), name="tourism_tickets_admission_person"
            ),
            models.UniqueConstraint(
                fields=("day_id", "document_index"),
                condition=Q(day_id__isnull=False),
                name="tourism_tickets_admission_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.part_key} of line {self.line_id}"
