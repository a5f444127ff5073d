"""Levels of load: where each area stands, when it crossed one, who has to do what then."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.naming import say


class Level(models.IntegerChoices):
    """How full an area is, by the percents of its watch."""

    FEW = 0, _("few people")
    FIRST = 1, _("busy")
    SECOND = 2, _("very busy")
    THIRD = 3, _("nearly full")
    FULL = 4, _("full")


class Standing(models.Model):
    """The level at which an area is; ``calm_since``: since when it is below it by the margin."""

    watch = models.OneToOneField(
        "tourism_crowd.Watch",
        models.CASCADE,
        related_name="standing",
        primary_key=True,
        verbose_name=_("watch"),
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.FEW)
    since = models.DateTimeField(_("since"))
    calm_since = models.DateTimeField(_("calm since"), null=True, blank=True)

    class Meta:
        verbose_name = _("level of an area")
        verbose_name_plural = _("levels of areas")
        constraints = (
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in Level]),
                name="tourism_crowd_standing_level",
            ),
        )

    def __str__(self) -> str:
        return f"{self.watch_id} {self.level}"


class Crossing(models.Model):
    """An area came to another level, up or down; written once, never changed."""

    area = models.ForeignKey(
        "tourism_areas.ScenicArea",
        models.PROTECT,
        related_name="crossings",
        verbose_name=_("scenic area"),
    )
    level_from = models.PositiveSmallIntegerField(_("from level"), choices=Level)
    level_to = models.PositiveSmallIntegerField(_("to level"), choices=Level)
    people = models.PositiveIntegerField(_("people inside"))
    cap = models.PositiveIntegerField(_("people inside at most"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("crossing of a level")
        verbose_name_plural = _("crossings of levels")
        constraints = (
            models.CheckConstraint(
                condition=~Q(level_from=F("level_to")), name="tourism_crowd_crossing_moves"
            ),
        )
        indexes = (models.Index(fields=("area", "at"), name="tourism_crowd_crossing_day"),)

    def __str__(self) -> str:
        return f"{self.area_id} {self.level_from} → {self.level_to}"

    @property
    def is_up(self) -> bool:
        return self.level_to > self.level_from


class Measure(models.Model):
    """What is to be done when an area comes up to a level, and by whom."""

    area = models.ForeignKey(
        "tourism_areas.ScenicArea",
        models.CASCADE,
        related_name="measures",
        verbose_name=_("scenic area"),
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices[1:])
    text_zh = models.CharField(_("what to do (Chinese)"), max_length=200)
    text_en = models.CharField(_("what to do (English)"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who does it")
    )

    class Meta:
        verbose_name = _("measure at a level")
        verbose_name_plural = _("measures at levels")
        constraints = (
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=4), name="tourism_crowd_measure_level"
            ),
        )

    def __str__(self) -> str:
        return say(self.words)

    @property
    def words(self) -> dict[str, str]:
        return {"zh-hans": self.text_zh, "en": self.text_en}


class Duty(models.Model):
    """A measure that a crossing has called for; ticked off once, by whom and when is kept."""

    crossing = models.ForeignKey(
        Crossing, models.PROTECT, related_name="duties", verbose_name=_("crossing")
    )
    text = models.JSONField(_("what to do"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who does it")
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.CharField(_("done by"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by="")
                | (Q(done_at__isnull=False) & ~Q(done_by="")),
                name="tourism_crowd_duty_done_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return say(self.text)
