"""A line's stop patterns, the days of its services, and its timetabled trips.

Times are seconds: of a pattern after the trip's departure from its first stop, of a trip after noon
minus twelve hours of the service day, as GTFS counts them, so that a day on which the clocks change
keeps its timetable. They may pass 24:00; the run then belongs to the day before.
"""

from __future__ import annotations

from datetime import date, time

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.naming import EN, ZH, say
from kernel.provenance import Loaded
from transport.lines.models.lines import ShuttleLine

DAY_S = 24 * 3600
LATEST_S = 4 * DAY_S
"""Nothing departs later after its service day's midnight: trains across a continent take days."""


class Direction(models.TextChoices):
    """Which way along the line."""

    OUT = "OUT", _("outbound")
    BACK = "BACK", _("inbound")


class Pattern(Loaded):
    """A sequence of stops with running times: trips that stop alike and run alike share one.

    ``ride_fares_fen``: the fare of every ride, from the first stop to the second, the third …, then
    from the second stop on; empty where the stops' own fares say it (``fares``).
    """

    line = models.ForeignKey(
        ShuttleLine,
        models.CASCADE,
        related_name="patterns",
        verbose_name=pgettext_lazy("of buses", "line"),
    )
    slug = models.CharField(_("short name"), max_length=80)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    headsign_zh = models.CharField(_("destination shown (Chinese)"), max_length=200, blank=True)
    headsign_en = models.CharField(_("destination shown (English)"), max_length=200, blank=True)
    ride_fares_fen = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, verbose_name=_("fare of each ride")
    )

    class Meta:
        verbose_name = _("stop pattern")
        verbose_name_plural = _("stop patterns")
        constraints = (
            models.UniqueConstraint(fields=("line", "slug"), name="transport_lines_pattern_slug"),
        )

    def __str__(self) -> str:
        return f"{self.line.sign} {self.headsign or self.slug}"

    @property
    def headsign(self) -> str:
        """The destination on the vehicle's front, as it is written there; empty: its last stop."""
        return self.headsign_zh or self.headsign_en

    @property
    def headsign_words(self) -> dict[str, str]:
        """The destination by language code; empty where the last stop's name says it."""
        if not self.headsign:
            return {}
        return {ZH: self.headsign_zh or self.headsign_en, EN: self.headsign_en or self.headsign_zh}


class PatternStop(Loaded):
    """One stop of a pattern: seconds after departure, and the fare from the first stop.

    ``arrives_s`` of the first stop may lie before its departure. Where riders may not get on or off,
    or only by asking the driver or the operator, ``may_board`` and ``may_alight`` say no.
    """

    pattern = models.ForeignKey(
        Pattern, models.CASCADE, related_name="stops", verbose_name=_("stop pattern")
    )
    seq = models.PositiveSmallIntegerField(_("position"))
    place = models.ForeignKey(
        "kernel_places.Place", models.PROTECT, related_name="+", verbose_name=_("place")
    )
    arrives_s = models.IntegerField(_("arrives (seconds after departure)"))
    departs_s = models.PositiveIntegerField(_("leaves (seconds after departure)"))
    metres = models.PositiveIntegerField(_("metres from the first stop"))
    fare_fen = models.PositiveIntegerField(_("fare from the first stop (fen)"))
    bay = models.CharField(
        _("bay"), max_length=20, blank=True, default="", db_default="",
        help_text=_("Where riders of this pattern get on, as its sign says it: 3, B2."),
    )  # fmt: skip
    may_board = models.BooleanField(_("riders get on"), default=True)
    may_alight = models.BooleanField(_("riders get off"), default=True)

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints = (
            models.UniqueConstraint(
                fields=("pattern", "seq"), name="transport_lines_patternstop_seq"
            ),
            models.CheckConstraint(
                condition=Q(arrives_s__lte=F("departs_s")),
                name="transport_lines_patternstop_times",
            ),
        )
        indexes = (
            models.Index(fields=("place", "pattern", "seq"), name="transport_lines_stop_place"),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.place}"


class Service(Loaded):
    """The days of some trips: weekdays within dates, then the exceptional dates (GTFS service_id).

    ``weekdays`` are numbers, Monday is 1; empty where only its dates say when.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("operator")
    )
    slug = models.CharField(_("short name"), max_length=255)
    weekdays = models.CharField(
        _("weekdays"),
        max_length=7,
        blank=True,
        validators=(RegexValidator(r"\A[1-7]{0,7}\Z", _("must be numbers of weekdays, 1 to 7")),),
    )
    first_date = models.DateField(_("first day"), null=True, blank=True)
    last_date = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "slug"), name="transport_lines_service_slug"
            ),
            models.CheckConstraint(
                condition=Q(first_date__lte=F("last_date")), name="transport_lines_service_dates"
            ),
            models.CheckConstraint(
                condition=Q(weekdays="") | Q(first_date__isnull=False, last_date__isnull=False),
                name="transport_lines_service_week",
            ),
        )

    def __str__(self) -> str:
        return self.slug


class ExceptionKind(models.TextChoices):
    """What an exception does to a day."""

    ADDED = "ADDED", _("runs all the same")
    REMOVED = "REMOVED", _("does not run")


class ServiceDate(models.Model):
    """A day that a service has besides its weekdays, or does not have although it is one."""

    service = models.ForeignKey(
        Service, models.CASCADE, related_name="dates", verbose_name=_("service")
    )
    date = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=7, choices=ExceptionKind)

    class Meta:
        verbose_name = _("date of a service")
        verbose_name_plural = _("dates of a service")
        constraints = (
            models.UniqueConstraint(
                fields=("service", "date"), name="transport_lines_servicedate_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"


class TimetableTrip(Loaded):
    """One departure of every service day from ``valid_from`` to the day before ``valid_until``.

    Its days are those of its service, or all days of the line's season where it has none. A departure
    that changes is a trip that ends and another one that begins. With headways it departs by those
    instead of at ``departs_s``.
    """

    line = models.ForeignKey(
        ShuttleLine,
        models.CASCADE,
        related_name="trips",
        verbose_name=pgettext_lazy("of buses", "line"),
    )
    pattern = models.ForeignKey(
        Pattern, models.PROTECT, related_name="trips", verbose_name=_("stop pattern")
    )
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trips",
        verbose_name=_("service"),
        help_text=_("Empty: every day of the line's season."),
    )
    slug = models.CharField(_("trip number"), max_length=255)
    departs_s = models.PositiveIntegerField(
        _("departs (seconds after midnight)"), validators=[MaxValueValidator(LATEST_S)]
    )
    valid_from = models.DateField(_("from day"), null=True, blank=True)
    valid_until = models.DateField(
        _("until before day"),
        null=True,
        blank=True,
        help_text=_("Runs from this day on are cancelled, and what was paid for them goes back."),
    )

    class Meta:
        verbose_name = _("timetabled trip")
        verbose_name_plural = _("timetable")
        constraints = (
            models.UniqueConstraint(fields=("line", "slug"), name="transport_lines_trip_slug"),
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_until")), name="transport_lines_trip_days"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug} {self.clock:%H:%M}"

    def clean(self) -> None:
        """:raises ValidationError: the pattern is of another line, the service of another operator."""
        super().clean()
        if self.line_id and self.pattern_id and self.pattern.line_id != self.line_id:
            raise ValidationError({"pattern": _("This stop pattern is of another line.")})
        if (
            self.line_id
            and self.service
            and (self.service.organisation_id != self.line.organisation_id)
        ):
            raise ValidationError({"service": _("This service is of another operator.")})

    def is_valid_on(self, day: date) -> bool:
        """Whether it is in the timetable of this day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)

    @property
    def clock(self) -> time:
        """The wall-clock time at the first stop."""
        hours, rest = divmod(self.departs_s % DAY_S, 3600)
        return time(hours, rest // 60, rest % 60)


class Headway(models.Model):
    """A trip departs every so many seconds from ``first_s`` on, the last time before ``until_s``.

    ``is_exact``: at these very seconds; otherwise about so often (GTFS exact_times).
    """

    trip = models.ForeignKey(
        TimetableTrip, models.CASCADE, related_name="headways", verbose_name=_("trip")
    )
    first_s = models.PositiveIntegerField(
        _("first departure (seconds after midnight)"), validators=[MaxValueValidator(LATEST_S)]
    )
    until_s = models.PositiveIntegerField(
        _("until before (seconds after midnight)"), validators=[MaxValueValidator(LATEST_S)]
    )
    every_s = models.PositiveIntegerField(_("every (seconds)"))
    is_exact = models.BooleanField(_("exactly then"), default=False)

    class Meta:
        verbose_name = _("headway")
        verbose_name_plural = _("headways")
        constraints = (
            models.UniqueConstraint(fields=("trip", "first_s"), name="transport_lines_headway_one"),
            models.CheckConstraint(
                condition=Q(every_s__gt=0, first_s__lt=F("until_s")),
                name="transport_lines_headway_forward",
            ),
        )

    def __str__(self) -> str:
        return f"{self.trip} / {self.every_s} s"

    @property
    def departures(self) -> range:
        """Every departure, in seconds after the service day's midnight."""
        return range(self.first_s, self.until_s, self.every_s)


class ServiceException(models.Model):
    """A day on which a line runs out of season, or does not run in it."""

    line = models.ForeignKey(
        ShuttleLine,
        models.CASCADE,
        related_name="exceptions",
        verbose_name=pgettext_lazy("of buses", "line"),
    )
    date = models.DateField(_("day"))
    service = models.CharField(
        _("service"), max_length=7, choices=ExceptionKind, default=ExceptionKind.REMOVED
    )
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=120)
    reason_en = models.CharField(_("reason (English)"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("exceptional day")
        verbose_name_plural = _("exceptional days")
        constraints = (
            models.UniqueConstraint(fields=("line", "date"), name="transport_lines_exception_day"),
        )

    def __str__(self) -> str:
        return f"{self.line} {self.date}"

    @property
    def reason(self) -> str:
        """Why, in the active language."""
        return say({ZH: self.reason_zh, EN: self.reason_en})
