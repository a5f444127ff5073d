"""Regions and places: the gazetteer that everything points at. Positions are WGS-84 degrees."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kernel.naming import Named
from kernel.provenance import Sourced


class Region(Named):
    """One tourist region: its own money, time zone and horizon of sale. A row, not code."""

    slug = models.SlugField(_("short name"), unique=True)
    timezone = models.CharField(_("time zone"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    horizon_days = models.PositiveSmallIntegerField(_("days on sale"), default=30)
    is_open = models.BooleanField(_("open to the public"), default=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    @property
    def tz(self) -> ZoneInfo:
        """The region's time zone."""
        return ZoneInfo(self.timezone)

    def local_date(self, at: datetime) -> date:
        """The region's calendar day at a moment."""
        return at.astimezone(self.tz).date()

    def at(self, day: date, clock: time) -> datetime:
        """The moment of a local day and wall-clock time."""
        return datetime.combine(day, clock, tzinfo=self.tz)

    def get_absolute_url(self) -> str:
        """The region's home page in the active language."""
        return reverse("home:region", args=[self.slug])


class Place(Named, Sourced):
    """A point that people go to: a gate, a stop, a station, a village.

    A platform, an entrance or a way inside a station has the station as its ``parent``.
    """

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="places", verbose_name=_("region")
    )
    slug = models.SlugField(_("short name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=30)
    latitude = models.FloatField(
        _("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    error_m = models.PositiveIntegerField(_("position error (m)"), default=0)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    platform = models.CharField(_("platform"), max_length=60, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = (
            models.UniqueConstraint(fields=("region", "slug"), name="kernel_places_place_slug"),
        )


class DayType(models.TextChoices):
    """What kind of day a date is for prices and crowds."""

    WORKDAY = "WORKDAY", _("working day")
    WEEKEND = "WEEKEND", _("weekend")
    HOLIDAY = "HOLIDAY", _("public holiday")
    MAKEUP = "MAKEUP", _("weekend worked instead")


class CalendarDay(Sourced):
    """One day of a region's official calendar. Days without a row: see places.calendar."""

    region = models.ForeignKey(Region, models.CASCADE, verbose_name=_("region"))
    date = models.DateField(_("date"))
    day_type = models.CharField(_("kind of day"), max_length=7, choices=DayType)
    name_zh = models.CharField(_("holiday (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("holiday (English)"), max_length=60, blank=True)

    class Meta:
        # The name it was made with: a rename would stop those who still run the version before.
        db_table = "tourism_areas_calendarday"
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "date"), name="tourism_areas_calendarday_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.date} {self.day_type}"
