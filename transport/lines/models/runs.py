"""The dated runs on which seats are sold, and the sold rides.

Seats are counted per segment: run n's segment k, from stop k to stop k + 1, is one inventory Bucket,
so a seat sold A to B is free B to C. Who has chosen a seat has it on each segment of the ride; the
others get one when they board (``seating``).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from transport.lines.models.lines import ShuttleLine
from transport.lines.models.timetable import Pattern, TimetableTrip

MOST_DELAY = timedelta(hours=12)
"""A run that would be later does not take place."""


class RunState(models.TextChoices):
    """Whether a run takes place."""

    SCHEDULED = "SCHEDULED", _("scheduled")
    CANCELLED = "CANCELLED", _("cancelled")


_DELAY = models.ExpressionWrapper(
    F("delay_s") * timedelta(seconds=1), output_field=models.DurationField()
)


class RunQuerySet(models.QuerySet["Run"]):
    """Runs by when they really leave."""

    def leaving_after(self, at: datetime) -> RunQuerySet:
        """Those that leave their first stop later than ``at``, the late ones among them."""
        late = Q(delay_s__gt=0, departs_at__gt=at - MOST_DELAY)
        return self.filter(Q(departs_at__gt=at) | late & Q(departs_at__gt=at - _DELAY))


class Run(models.Model):
    """A trip on a day. ``segments`` are the ids of its buckets, one between each two stops; so are
    ``lap_segments`` and ``luggage_segments`` for what rides without a seat, empty where nothing does.

    ``number`` counts the runs of a trip on a day: a trip by headways has many, any other one, the
    first of which is 0. ``departs_at`` is when it leaves its first stop by the timetable, ``moved_at`` when
    that put it there, for one that was moved; ``delay_s`` seconds later it leaves. ``is_seated``: somebody
    has chosen a seat, so that counts alone do not say any more who can be seated.
    """

    line = models.ForeignKey(
        ShuttleLine,
        models.PROTECT,
        related_name="runs",
        db_index=False,
        verbose_name=pgettext_lazy("of buses", "line"),
    )
    trip = models.ForeignKey(
        TimetableTrip,
        models.PROTECT,
        related_name="runs",
        db_index=False,
        verbose_name=_("trip"),
    )
    pattern = models.ForeignKey(
        Pattern,
        models.PROTECT,
        related_name="runs",
        db_index=False,
        verbose_name=_("stop pattern"),
    )
    service_date = models.DateField(_("service day"))
    number = models.PositiveSmallIntegerField(_("number on the day"), default=0)
    departs_at = models.DateTimeField(_("departs at"))
    delay_s = models.PositiveIntegerField(_("delay (seconds)"), default=0, db_default=0)
    moved_at = models.DateTimeField(_("moved at"), null=True, blank=True)
    segments = ArrayField(models.BigIntegerField(), verbose_name=_("segments"))
    lap_segments = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], verbose_name=_("children on a lap")
    )
    luggage_segments = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], verbose_name=_("large luggage")
    )
    bay = models.CharField(
        _("bay"), max_length=20, blank=True, default="", db_default="",
        help_text=_("Where this departure leaves its first stop, if not from the usual bay."),
    )  # fmt: skip
    vehicles = models.PositiveSmallIntegerField(_("vehicles"), default=1, db_default=1)
    is_seated = models.BooleanField(_("seats were chosen"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=RunState, default=RunState.SCHEDULED
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = (
            models.UniqueConstraint(
                fields=("trip", "service_date", "number"), name="transport_lines_run_once"
            ),
            models.CheckConstraint(
                condition=Q(delay_s__lte=int(MOST_DELAY.total_seconds())),
                name="transport_lines_run_delay",
            ),
        )
        indexes = (
            models.Index(fields=("line", "service_date"), name="transport_lines_run_day"),
            models.Index(fields=("departs_at",), name="transport_lines_run_departs"),
            models.Index(fields=("pattern", "departs_at"), name="transport_lines_run_pattern"),
            models.Index(
                fields=("moved_at",),
                condition=Q(moved_at__isnull=False),
                name="transport_lines_run_moved",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line.sign} {self.local_departure}"

    @property
    def local_departure(self) -> str:
        """When it departs, in the line's own time."""
        local = self.departs_at.astimezone(self.line.tz)
        return f"{local:%Y-%m-%d %H:%M}"

    @property
    def delay(self) -> timedelta:
        """How much later than by the timetable it runs."""
        return timedelta(seconds=self.delay_s)

    @property
    def late_min(self) -> int:
        """Whole minutes of its delay."""
        return self.delay_s // 60

    @property
    def leaves_at(self) -> datetime:
        """When it really leaves its first stop, as far as is known."""
        return self.departs_at + self.delay

    @property
    def zone(self) -> str:
        """What vouchers for this run name."""
        return f"run:{self.pk}"


class Boarding(models.Model):
    """A sold ride on a run: the seller's own row of an order line, gone when the line is.

    ``train`` is the one with which its riders say they arrive.
    """

    line = models.OneToOneField(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    run = models.ForeignKey(Run, models.PROTECT, related_name="boardings", verbose_name=_("run"))
    board_seq = models.PositiveSmallIntegerField(_("from stop"))
    alight_seq = models.PositiveSmallIntegerField(_("to stop"))
    riders = models.PositiveSmallIntegerField(_("riders"))
    laps = models.PositiveSmallIntegerField(_("children on a lap"), default=0, db_default=0)
    bags = models.PositiveSmallIntegerField(_("large luggage"), default=0, db_default=0)
    train = models.ForeignKey(
        "transport_trains.Train",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("arrives with train"),
    )

    class Meta:
        verbose_name = _("boarding")
        verbose_name_plural = _("boardings")
        constraints = (
            models.CheckConstraint(
                condition=Q(board_seq__lt=models.F("alight_seq")),
                name="transport_lines_boarding_forward",
            ),
        )
        indexes = (
            models.Index(
                fields=("train",),
                condition=Q(train__isnull=False),
                name="transport_lines_boarding_train",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.board_seq}-{self.alight_seq}"


class ChosenSeat(models.Model):
    """A seat that a rider has chosen, on one segment of the ride: once a run, seat and segment."""

    boarding = models.ForeignKey(
        Boarding, models.CASCADE, related_name="chosen", verbose_name=_("boarding")
    )
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", verbose_name=_("run"))
    part_key = models.CharField(_("part of the order line"), max_length=40)
    number = models.PositiveSmallIntegerField(_("seat"))
    segment = models.PositiveSmallIntegerField(_("segment"))

    class Meta:
        verbose_name = _("chosen seat")
        verbose_name_plural = _("chosen seats")
        constraints = (
            models.UniqueConstraint(
                fields=("run", "number", "segment"), name="transport_lines_chosenseat_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}/{self.segment}"


class GivenSeat(models.Model):
    """The seat of a rider who has chosen none, given when the list of a run is made.

    It stays theirs once they have boarded; before, another list may give another one.
    """

    boarding = models.ForeignKey(
        Boarding, models.CASCADE, related_name="given", verbose_name=_("boarding")
    )
    part_key = models.CharField(_("part of the order line"), max_length=40)
    number = models.PositiveSmallIntegerField(_("seat"))

    class Meta:
        verbose_name = _("given seat")
        verbose_name_plural = _("given seats")
        constraints = (
            models.UniqueConstraint(
                fields=("boarding", "part_key"), name="transport_lines_givenseat_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.boarding_id}: {self.number}"


class ReliefState(models.TextChoices):
    """What became of a proposal."""

    PROPOSED = "PROPOSED", _("proposed")
    ACCEPTED = "ACCEPTED", _("another vehicle runs")
    DECLINED = "DECLINED", _("declined")


class Relief(models.Model):
    """Another vehicle for a run (加班车), proposed because so many people wait for it."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="reliefs", verbose_name=_("run"))
    waiting = models.PositiveIntegerField(_("people waiting"))
    state = models.CharField(
        _("state"), max_length=8, choices=ReliefState, default=ReliefState.PROPOSED
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("relief vehicle")
        verbose_name_plural = _("relief vehicles")
        constraints = (
            models.UniqueConstraint(
                fields=("run",),
                condition=Q(state="PROPOSED"),
                name="transport_lines_relief_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run}: {self.waiting}"
