"""Tourist shuttle lines (旅游班线), in GTFS's terms: a line's stop pattern per direction, its
timetabled trips, and the dated runs on which seats are sold.

Seats are counted per segment: run n's segment k, from stop k to stop k + 1, is one inventory Bucket,
so a seat sold A to B is free B to C. Seats are not numbered: with as many riders as seats on every
segment, a seating always exists (interval graphs are perfect), so counts alone suffice.
"""

from __future__ import annotations

from datetime import time, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.naming import Named
from kernel.provenance import Loaded, Sourced


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
    """One line. ``peak_only`` lines run in the region's peak months only; a line that is not
    bookable is paid on board."""

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="lines", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("operator")
    )
    slug = models.SlugField(_("short name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind)
    is_bookable = models.BooleanField(_("seats can be booked"), default=True)
    peak_only = models.BooleanField(_("in peak season only"), default=False)
    seats = models.PositiveSmallIntegerField(_("seats in a vehicle"))
    ride_min = models.PositiveSmallIntegerField(_("minutes end to end"))
    metres = models.PositiveIntegerField(_("length (m)"))
    is_open = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("shuttle line")
        verbose_name_plural = _("shuttle lines")
        constraints = (
            models.UniqueConstraint(fields=("region", "slug"), name="transport_lines_line_slug"),
        )


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


class TimetableTrip(Loaded):
    """One departure of every service day. ``departs_min`` counts from local midnight and may pass
    1,440: the run then belongs to the day before."""

    line = models.ForeignKey(
        ShuttleLine, models.CASCADE, related_name="trips", verbose_name=_("line")
    )
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    slug = models.CharField(_("trip number"), max_length=40)
    departs_min = models.PositiveSmallIntegerField(_("departs (minutes after midnight)"))

    class Meta:
        verbose_name = _("timetabled trip")
        verbose_name_plural = _("timetable")
        constraints = (
            models.UniqueConstraint(fields=("line", "slug"), name="transport_lines_trip_slug"),
        )

    def __str__(self) -> str:
        return f"{self.slug} {self.departs_min // 60 % 24:02d}:{self.departs_min % 60:02d}"

    @property
    def after_midnight(self) -> timedelta:
        """When it departs, after the local midnight of its service day."""
        return timedelta(minutes=self.departs_min)

    @property
    def clock(self) -> time:
        """The wall-clock time at the first stop."""
        return time(self.departs_min // 60 % 24, self.departs_min % 60)


class ServiceException(models.Model):
    """A day on which a line does not run, whatever its timetable says."""

    line = models.ForeignKey(
        ShuttleLine, models.CASCADE, related_name="exceptions", verbose_name=_("line")
    )
    date = models.DateField(_("day"))
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=120)
    reason_en = models.CharField(_("reason (English)"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("day without service")
        verbose_name_plural = _("days without service")
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
        return f"{self.line.slug} {self.departs_at:%Y-%m-%d %H:%M}"

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
