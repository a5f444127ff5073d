"""What is shut from this moment on: an area, one of its gates, a cableway."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.naming import say

UNDO_FOR = timedelta(seconds=60)
"""So long after it was made a stop can be undone as if it had never been; then its work begins."""


class StopState(models.TextChoices):
    """Where a stop stands."""

    STANDING = "STANDING", _("shut")
    ENDED = "ENDED", _("open again")
    UNDONE = "UNDONE", _("undone")


class Stop(models.Model):
    """Something is shut from ``starts_at`` until ``until`` (None: until further notice).

    It is shown, and nothing is sold, at once. What it means for those who have booked is carried out
    after ``UNDO_FOR``; where it ``needs_second``, because ``affected`` people are many, only after
    somebody else has confirmed it. Neither gate nor cableway: the whole area.
    """

    area = models.ForeignKey(
        "tourism_areas.ScenicArea",
        models.PROTECT,
        related_name="stops",
        verbose_name=_("scenic area"),
    )
    gate = models.ForeignKey(
        "tourism_areas.Gate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("gate"),
    )
    cableway = models.ForeignKey(
        "tourism_areas.Cableway",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cableway"),
    )
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=200)
    reason_en = models.CharField(_("reason (English)"), max_length=200)
    starts_at = models.DateTimeField(_("shut from"))
    until = models.DateTimeField(_("shut until"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=StopState, default=StopState.STANDING
    )
    affected = models.PositiveIntegerField(_("people who have booked"))
    needs_second = models.BooleanField(_("a second person must confirm"))
    made_by = models.CharField(_("by"), max_length=64)
    made_at = models.DateTimeField(_("made at"))
    confirmed_by = models.CharField(_("confirmed by"), max_length=64, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    carried_out_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=64, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("of service", "stop")
        verbose_name_plural = pgettext_lazy("of service", "stops")
        constraints = (
            models.CheckConstraint(
                condition=Q(gate__isnull=True) | Q(cableway__isnull=True),
                name="tourism_crowd_stop_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(starts_at__lt=F("until")),
                name="tourism_crowd_stop_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="STANDING", ended_at__isnull=True)
                | (~Q(state="STANDING") & Q(ended_at__isnull=False)),
                name="tourism_crowd_stop_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="UNDONE") | Q(carried_out_at__isnull=True),
                name="tourism_crowd_stop_undone_in_time",
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at__isnull=True)
                | Q(needs_second=False)
                | Q(confirmed_at__isnull=False),
                name="tourism_crowd_stop_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("made_by")),
                name="tourism_crowd_stop_by_two",
            ),
            models.UniqueConstraint(
                fields=("area", "gate", "cableway"),
                condition=Q(state="STANDING"),
                nulls_distinct=False,
                name="tourism_crowd_stop_standing_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("area",), condition=Q(state="STANDING"), name="tourism_crowd_stop_holds"
            ),
        )

    def __str__(self) -> str:
        starts = self.starts_at.astimezone(self.area.region.tz)
        return f"{self.name} {starts:%Y-%m-%d %H:%M}"

    @property
    def name(self) -> str:
        """What is shut, in the active language."""
        return (self.cableway or self.gate or self.area).name

    @property
    def reason(self) -> str:
        return say(self.reason_words)

    @property
    def reason_words(self) -> dict[str, str]:
        return {"zh-hans": self.reason_zh, "en": self.reason_en}

    @property
    def zone(self) -> str:
        """Where the vouchers are good that cannot be used now; a gate has none of its own.

        What becomes of entry when gates are shut: ``tourism.crowd.shutting``.
        """
        if self.gate_id:
            return ""
        return f"lift:{self.cableway_id}" if self.cableway_id else f"area:{self.area_id}"
