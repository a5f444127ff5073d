"""Scenic areas: where they are, when they are open, what stands there and what they have to say.

Prices, slots and sales are the next room's (tourism.tickets). Rows that come from a region's folder
keep their source and confidence; until an operator confirms them they are sample data.
"""

from __future__ import annotations

from datetime import date, time

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.naming import Named
from kernel.provenance import Loaded, Sourced


class Level(models.TextChoices):
    """The national grade of a tourist attraction; empty: not graded."""

    AAAAA = "5A", "5A"
    AAAA = "4A", "4A"
    AAA = "3A", "3A"


class Kind(models.TextChoices):
    """What a visitor will find."""

    MOUNTAIN = "mountain", _("mountain")
    VILLAGE = "village", _("village")
    TOWN = "town", _("old town")
    STREET = "street", _("street")
    MUSEUM = "museum", _("museum")
    HERITAGE = "heritage", _("monuments")
    VALLEY = "valley", _("valley")
    RIVER = "river", _("river")
    LAKE = "lake", _("lake")
    FOREST = "forest", _("forest")
    CAVE = "cave", _("caves")
    SPA = "spa", _("hot spring")
    SUBAREA = "subarea", _("part of a scenic area")


class SeasonName(models.TextChoices):
    """Peak and off season; each area says which months are its peak."""

    PEAK = "PEAK", _("peak season")
    OFF = "OFF", _("off season")


_MONTH = (MinValueValidator(1), MaxValueValidator(12))


class ScenicArea(Named, Sourced):
    """One scenic area of a region and the organisation that runs it."""

    region = models.ForeignKey("kernel_places.Region", models.PROTECT, verbose_name=_("region"))
    place = models.ForeignKey("kernel_places.Place", models.PROTECT, verbose_name=_("place"))
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("operator")
    )
    part_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, verbose_name=_("part of")
    )
    slug = models.SlugField(_("address"), max_length=60)
    level = models.CharField(_("grade"), max_length=2, choices=Level, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    group_zh = models.CharField(_("group (Chinese)"), max_length=100, blank=True)
    group_en = models.CharField(_("group (English)"), max_length=100, blank=True)
    description_zh = models.TextField(_("description (Chinese)"), max_length=1000, blank=True)
    description_en = models.TextField(_("description (English)"), max_length=1000, blank=True)
    stay_min = models.PositiveIntegerField(_("usual stay (minutes)"), default=120)
    daily_cap = models.PositiveIntegerField(_("visitors a day at most"))
    peak_first_month = models.PositiveSmallIntegerField(
        _("first month of the peak season"), validators=_MONTH
    )
    peak_last_month = models.PositiveSmallIntegerField(
        _("last month of the peak season"), validators=_MONTH
    )
    closed_weekdays = models.CharField(
        _("closed on"),
        max_length=7,
        blank=True,
        help_text=_("Numbers of weekdays, Monday is 1: “17” is Monday and Sunday."),
    )
    real_name_required = models.BooleanField(_("visitors give their names"), default=True)

    class Meta:
        verbose_name = _("scenic area")
        verbose_name_plural = _("scenic areas")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "slug"), name="tourism_areas_scenicarea_slug"
            ),
            models.CheckConstraint(
                condition=Q(
                    peak_first_month__gte=1,
                    peak_first_month__lte=12,
                    peak_last_month__gte=1,
                    peak_last_month__lte=12,
                ),
                name="tourism_areas_scenicarea_peak_months",
            ),
            models.CheckConstraint(
                condition=Q(closed_weekdays__regex="^[1-7]*$"),
                name="tourism_areas_scenicarea_closed_weekdays",
            ),
        )

    def season_on(self, day: date) -> SeasonName:
        """Which season a day is in; the peak may run over the new year."""
        return season_of(day, self.peak_first_month, self.peak_last_month)

    @property
    def zone(self) -> str:
        """What vouchers for this area name as the place where they are good."""
        return f"area:{self.pk}"

    @property
    def desk_zone(self) -> str:
        """The same for what is lent or led at the area's service desk."""
        return f"desk:{self.pk}"


def season_of(day: date, first_month: int, last_month: int) -> SeasonName:
    """Which season a day is in, for a peak from ``first_month`` to ``last_month`` included."""
    months_in = (day.month - first_month) % 12
    is_peak = months_in <= (last_month - first_month) % 12
    return SeasonName.PEAK if is_peak else SeasonName.OFF


class OpeningHours(Loaded):
    """When an area is open in a season. No row: closed all season. 00:00 to 00:00: always open."""

    area = models.ForeignKey(
        ScenicArea, models.CASCADE, related_name="hours", verbose_name=_("scenic area")
    )
    season = models.CharField(_("season"), max_length=4, choices=SeasonName)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("00:00 is midnight at the end of the day."))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = (
            models.UniqueConstraint(
                fields=("area", "season"), name="tourism_areas_openinghours_season"
            ),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")) | Q(closes=time(0)),
                name="tourism_areas_openinghours_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.words

    @property
    def is_always(self) -> bool:
        return self.opens == self.closes == time(0)

    @property
    def words(self) -> str:
        """Opening and closing time, as on a sign: "06:30–17:30"."""
        closes = "24:00" if self.closes == time(0) else f"{self.closes:%H:%M}"
        return f"{self.opens:%H:%M}–{closes}"


class Closure(models.Model):
    """Days on which an area is closed though its hours say open. Nothing is sold for them."""

    area = models.ForeignKey(
        ScenicArea, models.CASCADE, related_name="closures", verbose_name=_("scenic area")
    )
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=200)
    reason_en = models.CharField(_("reason (English)"), max_length=200)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints = (
            models.CheckConstraint(
                condition=Q(first_date__lte=F("last_date")), name="tourism_areas_closure_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_date} – {self.last_date}"


class Scans(models.TextChoices):
    """Which ways of a gate are scanned."""

    IN = "IN", _("entry only")
    OUT = "OUT", _("exit only")
    BOTH = "BOTH", _("entry and exit")


class Gate(Named, Sourced):
    """A place where vouchers of an area are scanned."""

    area = models.ForeignKey(
        ScenicArea, models.CASCADE, related_name="gates", verbose_name=_("scenic area")
    )
    place = models.ForeignKey("kernel_places.Place", models.PROTECT, verbose_name=_("place"))
    slug = models.SlugField(_("address"), max_length=60)
    scans = models.CharField(
        _("scanned"), max_length=4, choices=Scans, default=Scans.IN, db_default=Scans.IN
    )
    asks_first = models.BooleanField(_("show first, then confirm"), default=False, db_default=False)

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        constraints = (
            models.UniqueConstraint(fields=("area", "slug"), name="tourism_areas_gate_slug"),
        )

    @property
    def zone(self) -> str:
        """All gates of an area admit the same vouchers."""
        return f"area:{self.area_id}"


class CableKind(models.TextChoices):
    GONDOLA = "gondola", _("gondola")
    AERIAL_TRAM = "aerial_tram", _("aerial tram")
    FUNICULAR = "funicular", _("funicular")
    SHUTTLE = "shuttle", _("inner shuttle")


class Cableway(Named, Sourced):
    """A cableway, funicular or inner shuttle of an area; the room of tickets sells the rides."""

    area = models.ForeignKey(
        ScenicArea, models.CASCADE, related_name="cableways", verbose_name=_("scenic area")
    )
    from_place = models.ForeignKey(
        "kernel_places.Place", models.PROTECT, related_name="+", verbose_name=_("lower station")
    )
    to_place = models.ForeignKey(
        "kernel_places.Place", models.PROTECT, related_name="+", verbose_name=_("upper station")
    )
    slug = models.SlugField(_("address"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=CableKind)
    length_m = models.PositiveIntegerField(_("length (m)"))
    rise_m = models.PositiveIntegerField(_("rise (m)"))
    ride_min = models.PositiveIntegerField(_("ride (minutes)"))
    capacity_per_hour = models.PositiveIntegerField(_("persons an hour, one way"))
    peak_adult_fen = models.PositiveIntegerField(_("adult, peak season (fen)"))
    peak_child_fen = models.PositiveIntegerField(_("child, peak season (fen)"))
    off_adult_fen = models.PositiveIntegerField(_("adult, off season (fen)"))
    off_child_fen = models.PositiveIntegerField(_("child, off season (fen)"))
    peak_opens = models.TimeField(_("opens, peak season"), null=True, blank=True)
    peak_closes = models.TimeField(_("closes, peak season"), null=True, blank=True)
    off_opens = models.TimeField(_("opens, off season"), null=True, blank=True)
    off_closes = models.TimeField(_("closes, off season"), null=True, blank=True)

    class Meta:
        verbose_name = _("cableway")
        verbose_name_plural = _("cableways")
        constraints = (
            models.UniqueConstraint(fields=("area", "slug"), name="tourism_areas_cableway_slug"),
        )

    @property
    def zone(self) -> str:
        """What vouchers for a ride name as the place where they are good."""
        return f"lift:{self.pk}"

    @property
    def is_shuttle(self) -> bool:
        """Whether it is ridden out and back, and not up and down."""
        return self.kind == CableKind.SHUTTLE


class JointScan(models.Model):
    """One scan for several things: who shows a code at a gate or a station is let on there, too.

    It stands at a gate, or at the stations of a cableway. Without ``also`` it is the area's admission
    that is used up with it.
    """

    area = models.ForeignKey(
        ScenicArea, models.CASCADE, related_name="joint_scans", verbose_name=_("scenic area")
    )
    gate = models.ForeignKey(
        Gate,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="joint_scans",
        verbose_name=_("at the gate"),
    )
    station = models.ForeignKey(
        Cableway,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="joint_scans",
        verbose_name=_("at the stations of"),
    )
    also = models.ForeignKey(
        Cableway,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("is good for"),
        help_text=_("Empty: the admission of the area."),
    )

    class Meta:
        verbose_name = _("joint scan")
        verbose_name_plural = _("joint scans")
        constraints = (
            models.UniqueConstraint(
                fields=("gate", "station", "also"),
                nulls_distinct=False,
                name="tourism_areas_jointscan_once",
            ),
            models.CheckConstraint(
                condition=Q(gate__isnull=False, station__isnull=True, also__isnull=False)
                | Q(gate__isnull=True, station__isnull=False),
                name="tourism_areas_jointscan_at_one_place",
            ),
            models.CheckConstraint(
                condition=Q(station__isnull=True) | Q(also__isnull=True) | ~Q(also=F("station")),
                name="tourism_areas_jointscan_of_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.gate or self.station} + {self.also or self.area}"

    def clean(self) -> None:
        """:raises ValidationError: at no place or at two, for nothing more, or of another area."""
        super().clean()
        if (self.gate is None) == (self.station is None):
            raise ValidationError(_("Choose either a gate or a cableway at which it is scanned."))
        if self.gate is not None and self.also is None:
            raise ValidationError({"also": _("A gate lets in for the admission anyway.")})
        if self.also is not None and self.also == self.station:
            raise ValidationError({"also": _("It is scanned there anyway.")})
        named = {"gate": self.gate, "station": self.station, "also": self.also}
        for field, row in named.items():
            if row is not None and row.area_id != self.area_id:
                raise ValidationError({field: _("This belongs to another scenic area.")})

    @property
    def zone(self) -> str:
        """What is used up with it."""
        return self.also.zone if self.also else self.area.zone


class Urgency(models.TextChoices):
    INFO = "INFO", _("information")
    WARNING = "WARNING", _("warning")


class Notice(models.Model):
    """What an area's operator tells visitors, from ``valid_from`` until ``valid_until``.

    Plain text in both languages: markup is taken out when it is saved, and the pages escape it.
    """

    area = models.ForeignKey(
        ScenicArea, models.CASCADE, related_name="notices", verbose_name=_("scenic area")
    )
    urgency = models.CharField(_("urgency"), max_length=7, choices=Urgency, default=Urgency.INFO)
    title_zh = models.CharField(_("title (Chinese)"), max_length=100)
    title_en = models.CharField(_("title (English)"), max_length=100)
    body_zh = models.TextField(_("text (Chinese)"), max_length=2000, blank=True)
    body_en = models.TextField(_("text (English)"), max_length=2000, blank=True)
    valid_from = models.DateTimeField(_("shown from"))
    valid_until = models.DateTimeField(_("shown until"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_from__lt=F("valid_until")),
                name="tourism_areas_notice_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.title_en
