"""How an area is counted, what was counted, and what a person has set right by hand."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.provenance import Confidence, Sourced

_PERCENT = (MinValueValidator(1), MaxValueValidator(99))


class Watch(Sourced):
    """How the people inside one area are counted, and from when on somebody must act.

    With ``scans_exits`` people inside are entries less exits; without, everybody is taken to leave
    ``stay_min`` minutes after coming in (empty: the area's usual stay). Who was never scanned out of an
    area with exit scans is gone ``leave_min`` minutes after it closes. Percents are of
    ``instant_cap``; a level is left only after ``calm_min`` minutes below it by ``margin_percent``.
    A cap that was loaded as a guess is said to be one, and stops no sale, until somebody confirms it or
    sets another.
    """

    area = models.OneToOneField(
        "tourism_areas.ScenicArea",
        models.CASCADE,
        related_name="watch",
        verbose_name=_("scenic area"),
    )
    instant_cap = models.PositiveIntegerField(
        _("people inside at most"),
        null=True,
        blank=True,
        help_text=_("Sales of today's entry stop while so many are inside. Empty: no limit."),
    )
    scans_exits = models.BooleanField(_("exits are scanned"), default=False)
    stay_min = models.PositiveIntegerField(_("stay (minutes)"), null=True, blank=True)
    leave_min = models.PositiveIntegerField(_("all have left after closing (minutes)"), default=60)
    first_percent = models.PositiveSmallIntegerField(
        _("first level (%)"), default=50, validators=_PERCENT
    )
    second_percent = models.PositiveSmallIntegerField(
        _("second level (%)"), default=70, validators=_PERCENT
    )
    third_percent = models.PositiveSmallIntegerField(
        _("third level (%)"), default=90, validators=_PERCENT
    )
    margin_percent = models.PositiveSmallIntegerField(_("margin of leaving a level (%)"), default=5)
    calm_min = models.PositiveSmallIntegerField(_("calm before leaving a level (min)"), default=10)
    confirm_above = models.PositiveIntegerField(
        _("a second person confirms a stop for more people than"), default=200
    )

    class Meta:
        verbose_name = _("watch over an area")
        verbose_name_plural = _("watches over areas")
        constraints = (
            models.CheckConstraint(
                condition=Q(instant_cap__isnull=True) | Q(instant_cap__gt=0),
                name="tourism_crowd_watch_cap",
            ),
            models.CheckConstraint(
                condition=Q(
                    first_percent__gte=1,
                    first_percent__lt=F("second_percent"),
                    second_percent__lt=F("third_percent"),
                    third_percent__lt=100,
                ),
                name="tourism_crowd_watch_levels_rise",
            ),
            models.CheckConstraint(
                condition=Q(margin_percent__lt=F("first_percent")),
                name="tourism_crowd_watch_margin",
            ),
        )

    def __str__(self) -> str:
        return str(self.area)

    @property
    def is_guess(self) -> bool:
        """Whether its cap is a plausible guess that nobody has confirmed."""
        return self.is_loaded and self.confidence == Confidence.LOW

    @property
    def is_loaded(self) -> bool:
        """Whether its cap came from a file and nobody has confirmed it."""
        return bool(self.source) and self.confirmed_at is None

    @property
    def limits(self) -> tuple[int, ...]:
        """The percents at which the levels 1 to 4 begin."""
        return (self.first_percent, self.second_percent, self.third_percent, 100)


class Flow(models.Model):
    """Passages of one zone and door in the five minutes from ``starts_at``; recounted, never added to."""

    region_id = models.BigIntegerField(_("region"))
    zone = models.CharField(_("zone"), max_length=60)
    door = models.CharField(_("door"), max_length=60, blank=True)
    starts_at = models.DateTimeField(_("from"))
    entries = models.PositiveIntegerField(_("entries"), default=0)
    exits = models.PositiveIntegerField(_("exits"), default=0)

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        constraints = (
            models.UniqueConstraint(
                fields=("zone", "starts_at", "door"), name="tourism_crowd_flow_once"
            ),
        )
        indexes = (models.Index(fields=("region_id", "starts_at"), name="tourism_crowd_flow_day"),)

    def __str__(self) -> str:
        return f"{self.zone} {self.starts_at:%H:%M}"


class Correction(models.Model):
    """A person has counted: so many more (``delta``) are inside than was thought; never changed."""

    area = models.ForeignKey(
        "tourism_areas.ScenicArea",
        models.PROTECT,
        related_name="+",
        verbose_name=_("scenic area"),
    )
    people = models.PositiveIntegerField(_("people counted"))
    delta = models.IntegerField(_("more than was thought"))
    reason = models.CharField(_("reason"), max_length=200)
    actor = models.CharField(_("by"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("correction of the people inside")
        verbose_name_plural = _("corrections of the people inside")
        indexes = (models.Index(fields=("area", "at"), name="tourism_crowd_correction_day"),)

    def __str__(self) -> str:
        return f"{self.area_id} {self.delta:+d}"
