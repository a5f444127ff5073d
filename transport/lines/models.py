"""Tourist shuttle lines (旅游班线), in GTFS's terms: a line's stop pattern per direction, its
timetabled trips, and the dated runs on which seats are sold.

Seats are counted per segment: run n's segment k, from stop k to stop k + 1, is one inventory Bucket,
so a seat sold A to B is free B to C. Seats are not numbered: with as many riders as seats on every
segment, a seating always exists (interval graphs are perfect), so counts alone suffice.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.pricing.models import (
    MOST_PERMILLE,
    GroupPriceRow,
    PriceRuleRow,
    season_in_order,
    set_or_group,
)
from kernel.naming import EN, ZH, Named
from kernel.provenance import Loaded, Sourced

ADULT = "adult"
MOST_SEATS = 200
LATEST_MIN = 36 * 60
MONTH = [MinValueValidator(1), MaxValueValidator(12)]
LADDER = RegexValidator(
    r"\A[0-9]{1,3}:(1000|[0-9]{1,3})( [0-9]{1,3}:(1000|[0-9]{1,3}))*\Z",
    _("must be hours:thousandths, such as 2:1000 0:800"),
)


class LineKind(models.TextChoices):
    """What a line is for."""

    SCENIC = "SCENIC", _("scenic shuttle")
    TOURIST = "TOURIST", _("tourist line")
    AIRPORT = "AIRPORT", _("airport line")
    CITY = "CITY", _("city bus")


class Direction(models.TextChoices):
    """Which way along the line."""

    OUT = "OUT", _("outbound")
    BACK = "BACK", _("inbound")


class ShuttleLine(Named, Sourced):
    """One line. It runs from ``first_month`` to ``last_month``, over the new year where the first is
    the later one; a line that is not bookable is paid on board.

    ``refund_ladder`` has rungs "hours:thousandths", such as "2:1000 0:800": cancelled that long
    before departure, so much of the price comes back.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="lines", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("operator")
    )
    slug = models.SlugField(_("short name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind)
    is_bookable = models.BooleanField(_("seats can be booked"), default=True)
    first_month = models.PositiveSmallIntegerField(
        _("runs from month"), default=1, validators=MONTH
    )
    last_month = models.PositiveSmallIntegerField(_("runs to month"), default=12, validators=MONTH)
    seats = models.PositiveSmallIntegerField(
        _("seats in a vehicle"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)],
        help_text=_("For runs laid out from now on; a run that is on sale has an action for this."),
    )
    ride_min = models.PositiveSmallIntegerField(_("minutes end to end"))
    metres = models.PositiveIntegerField(_("length (m)"))
    refund_ladder = models.CharField(
        _("refunds"), max_length=100, default="0:1000", validators=[LADDER]
    )
    refund_words_zh = models.CharField(_("refunds in words (Chinese)"), max_length=200)
    refund_words_en = models.CharField(_("refunds in words (English)"), max_length=200, blank=True)
    is_open = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("shuttle line")
        verbose_name_plural = _("shuttle lines")
        constraints = (
            models.UniqueConstraint(fields=("region", "slug"), name="transport_lines_line_slug"),
            models.CheckConstraint(
                condition=Q(first_month__range=(1, 12), last_month__range=(1, 12)),
                name="transport_lines_line_months",
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="transport_lines_line_seats"),
        )

    def is_in_season(self, day: date) -> bool:
        """Whether its months have this day."""
        first, last = self.first_month, self.last_month
        if first <= last:
            return first <= day.month <= last
        return day.month >= first or day.month <= last

    @property
    def refund_words(self) -> dict[str, str]:
        """The refund terms by language code."""
        return {ZH: self.refund_words_zh, EN: self.refund_words_en}


class LineStop(Loaded):
    """One stop of one direction: minutes after departure, and the fare from the first stop."""

    line = models.ForeignKey(
        ShuttleLine, models.CASCADE, related_name="stops", verbose_name=_("line")
    )
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    seq = models.PositiveSmallIntegerField(_("position"))
    place = models.ForeignKey(
        "kernel_places.Place", models.PROTECT, related_name="+", verbose_name=_("place")
    )
    minute = models.PositiveSmallIntegerField(_("minutes after departure"))
    metres = models.PositiveIntegerField(_("metres from the first stop"))
    fare_fen = models.PositiveIntegerField(_("fare from the first stop (fen)"))

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "direction", "seq"), name="transport_lines_stop_seq"
            ),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.place}"


class FareRule(PriceRuleRow):
    """Other fares on some days: so many thousandths of the fares of the line's table."""

    line = models.ForeignKey(
        ShuttleLine, models.CASCADE, related_name="fare_rules", verbose_name=_("line")
    )
    permille = models.PositiveSmallIntegerField(
        _("thousandths of the usual fare"),
        validators=(MinValueValidator(1), MaxValueValidator(MOST_PERMILLE)),
        help_text=_("1200 is a fifth more; the fare is rounded to 0.1 yuan."),
    )

    class Meta:
        verbose_name = _("fare rule")
        verbose_name_plural = _("fare rules")
        constraints = (
            season_in_order("transport_lines_farerule_in_order"),
            models.CheckConstraint(
                condition=Q(permille__range=(1, MOST_PERMILLE)),
                name="transport_lines_farerule_permille",
            ),
            models.UniqueConstraint(
                fields=("line", "first_date", "last_date", "day_kind", "weekdays"),
                name="transport_lines_farerule_one",
            ),
        )


class GroupFare(GroupPriceRow):
    """A published fare for several riders together. Always a share: rides are of any length."""

    line = models.ForeignKey(
        ShuttleLine, models.CASCADE, related_name="group_fares", verbose_name=_("line")
    )

    class Meta:
        verbose_name = _("group fare")
        verbose_name_plural = _("group fares")
        constraints = (
            season_in_order("transport_lines_groupfare_in_order"),
            set_or_group("transport_lines_groupfare_set_or_group"),
            models.CheckConstraint(
                condition=Q(price_fen__isnull=True), name="transport_lines_groupfare_share"
            ),
        )

    def clean(self) -> None:
        """:raises ValidationError: what a group price may not be, or another class."""
        super().clean()
        if any(code != ADULT for code, _number in self.counts):
            raise ValidationError({"members": _("Lines have one class only: adult.")})


class TimetableTrip(Loaded):
    """One departure of every service day from ``valid_from`` to the day before ``valid_until``.

    ``departs_min`` counts from local midnight and may pass 1,440: the run then belongs to the day
    before. A departure that changes is a trip that ends and another one that begins.
    """

    line = models.ForeignKey(
        ShuttleLine, models.CASCADE, related_name="trips", verbose_name=_("line")
    )
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    slug = models.CharField(_("trip number"), max_length=40)
    departs_min = models.PositiveSmallIntegerField(
        _("departs (minutes after midnight)"), validators=[MaxValueValidator(LATEST_MIN)]
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
                condition=Q(valid_from__lt=models.F("valid_until")),
                name="transport_lines_trip_days",
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug} {self.departs_min // 60 % 24:02d}:{self.departs_min % 60:02d}"

    def is_valid_on(self, day: date) -> bool:
        """Whether it is in the timetable of this day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)

    @property
    def after_midnight(self) -> timedelta:
        """When it departs, after the local midnight of its service day."""
        return timedelta(minutes=self.departs_min)

    @property
    def clock(self) -> time:
        """The wall-clock time at the first stop."""
        return time(self.departs_min // 60 % 24, self.departs_min % 60)


class Service(models.TextChoices):
    """What an exception does to a day."""

    ADDED = "ADDED", _("runs all the same")
    REMOVED = "REMOVED", _("does not run")


class ServiceException(models.Model):
    """A day on which a line runs out of season, or does not run in it."""

    line = models.ForeignKey(
        ShuttleLine, models.CASCADE, related_name="exceptions", verbose_name=_("line")
    )
    date = models.DateField(_("day"))
    service = models.CharField(_("service"), max_length=7, choices=Service, default=Service.REMOVED)
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


class RunState(models.TextChoices):
    """Whether a run takes place."""

    SCHEDULED = "SCHEDULED", _("scheduled")
    CANCELLED = "CANCELLED", _("cancelled")


class Run(models.Model):
    """A trip on a day. ``segments`` are the ids of its buckets, one between each two stops."""

    line = models.ForeignKey(
        ShuttleLine, models.PROTECT, related_name="runs", verbose_name=_("line")
    )
    trip = models.ForeignKey(
        TimetableTrip, models.PROTECT, related_name="runs", verbose_name=_("trip")
    )
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    service_date = models.DateField(_("service day"))
    departs_at = models.DateTimeField(_("departs at"))
    segments = ArrayField(models.BigIntegerField(), verbose_name=_("segments"))
    state = models.CharField(
        _("state"), max_length=10, choices=RunState, default=RunState.SCHEDULED
    )

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = (
            models.UniqueConstraint(
                fields=("trip", "service_date"), name="transport_lines_run_once"
            ),
        )
        indexes = (
            models.Index(fields=("line", "service_date"), name="transport_lines_run_day"),
            models.Index(fields=("departs_at",), name="transport_lines_run_departs"),
        )

    def __str__(self) -> str:
        return f"{self.line.slug.upper()} {self.local_departure}"

    @property
    def local_departure(self) -> str:
        """When it departs, in the region's own time."""
        local = self.departs_at.astimezone(self.line.region.tz)
        return f"{local:%Y-%m-%d %H:%M}"

    @property
    def zone(self) -> str:
        """What vouchers for this run name."""
        return f"run:{self.pk}"


class Boarding(models.Model):
    """A sold ride on a run: the seller's own row of an order line, gone when the line is."""

    line = models.OneToOneField(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    run = models.ForeignKey(Run, models.PROTECT, related_name="boardings", verbose_name=_("run"))
    board_seq = models.PositiveSmallIntegerField(_("from stop"))
    alight_seq = models.PositiveSmallIntegerField(_("to stop"))
    riders = models.PositiveSmallIntegerField(_("riders"))

    class Meta:
        verbose_name = _("boarding")
        verbose_name_plural = _("boardings")
        constraints = (
            models.CheckConstraint(
                condition=Q(board_seq__lt=models.F("alight_seq")),
                name="transport_lines_boarding_forward",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.board_seq}-{self.alight_seq}"
