"""Direct and transfer shuttles (直通车, 景区换乘): tickets for a time instead of a vehicle, and their queues.

A vehicle leaves when it is full, or by the timetable; a ticket is good for a window of the day or for
the whole day. Each window is one inventory Bucket of as many people as are carried in it.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.provenance import Sourced
from transport.lines.models import LATEST_S, MOST_SEATS

MOST_PER_HOUR = 20_000
MOST_WINDOW_MIN = 720


class Leaves(models.TextChoices):
    """When a vehicle leaves the boarding point."""

    WHEN_FULL = "WHEN_FULL", _("when it is full")
    TIMETABLE = "TIMETABLE", _("by the timetable")


class DirectShuttle(Sourced):
    """One way of a line, sold by time: from its first stop to its last, ``per_hour`` people an hour.

    ``window_min``: how long a ticket's window is, 0 where it is good all day. ``first_s`` and
    ``last_s`` are the first and the last departure in seconds after the service day's midnight.
    Fares, terms, season and closed days are the line's.
    """

    line = models.ForeignKey(
        "transport_lines.ShuttleLine",
        models.PROTECT,
        related_name="directs",
        verbose_name=pgettext_lazy("of buses", "line"),
    )
    pattern = models.OneToOneField(
        "transport_lines.Pattern",
        models.PROTECT,
        related_name="direct",
        verbose_name=_("stop pattern"),
    )
    leaves = models.CharField(_("vehicles leave"), max_length=9, choices=Leaves)
    window_min = models.PositiveSmallIntegerField(
        _("a ticket is good for (minutes)"),
        validators=[MaxValueValidator(MOST_WINDOW_MIN)],
        help_text=_("0: all day. For days that are laid out from now on."),
    )
    per_hour = models.PositiveIntegerField(
        _("people carried an hour"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_HOUR)],
        help_text=_("For days that are laid out from now on."),
    )
    first_s = models.PositiveIntegerField(
        _("first departure (seconds after midnight)"), validators=[MaxValueValidator(LATEST_S)]
    )
    last_s = models.PositiveIntegerField(
        _("last departure (seconds after midnight)"), validators=[MaxValueValidator(LATEST_S)]
    )
    is_on_sale = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("direct shuttle")
        verbose_name_plural = _("direct shuttles")
        constraints = (
            models.CheckConstraint(
                condition=Q(first_s__lt=F("last_s")), name="transport_direct_shuttle_in_order"
            ),
            models.CheckConstraint(
                condition=Q(per_hour__gte=1, window_min__lte=MOST_WINDOW_MIN),
                name="transport_direct_shuttle_figures",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line.sign} {self.pattern.headsign or self.pattern.slug}"

    def clean(self) -> None:
        """:raises ValidationError: the pattern is of another line, or the last departure is no later."""
        super().clean()
        if self.line_id and self.pattern_id and self.pattern.line_id != self.line_id:
            raise ValidationError({"pattern": _("This stop pattern is of another line.")})
        if (self.first_s or 0) >= (self.last_s or 0):
            raise ValidationError({"last_s": _("must be later than the first departure")})

    @property
    def slug(self) -> str:
        """Its address within the region."""
        return f"{self.line.slug}-{self.pattern.slug}"

    @property
    def zone(self) -> str:
        """What its vouchers name as the place where they are good."""
        return f"direct:{self.pk}"


class WindowState(models.TextChoices):
    """Whether anybody is carried in a window."""

    SCHEDULED = "SCHEDULED", _("scheduled")
    CANCELLED = "CANCELLED", _("cancelled")


class Window(models.Model):
    """The time of a day for which tickets are sold; ``extra`` are vehicles added to what is usual."""

    shuttle = models.ForeignKey(
        DirectShuttle, models.PROTECT, related_name="windows", verbose_name=_("direct shuttle")
    )
    service_date = models.DateField(_("service day"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    bucket_id = models.BigIntegerField(_("bucket"), unique=True)
    extra = models.PositiveSmallIntegerField(_("vehicles added"), default=0)
    state = models.CharField(
        _("state"), max_length=9, choices=WindowState, default=WindowState.SCHEDULED
    )

    class Meta:
        verbose_name = _("boarding window")
        verbose_name_plural = _("boarding windows")
        constraints = (
            models.UniqueConstraint(
                fields=("shuttle", "starts_at"), name="transport_direct_window_once"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="transport_direct_window_in_order"
            ),
        )
        indexes = (
            models.Index(fields=("shuttle", "service_date"), name="transport_direct_window_day"),
            models.Index(fields=("ends_at",), name="transport_direct_window_ends"),
        )

    def __str__(self) -> str:
        local = self.starts_at.astimezone(self.shuttle.line.tz)
        return f"{self.shuttle} {local:%Y-%m-%d %H:%M}"


class DirectRide(models.Model):
    """Sold places in a window: the seller's own row of an order line, gone when the line is."""

    line = models.OneToOneField(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    window = models.ForeignKey(
        Window, models.PROTECT, related_name="rides", verbose_name=_("boarding window")
    )
    riders = models.PositiveSmallIntegerField(_("riders"))

    class Meta:
        verbose_name = _("direct ride")
        verbose_name_plural = _("direct rides")
        constraints = (
            models.CheckConstraint(condition=Q(riders__gte=1), name="transport_direct_ride_riders"),
        )

    def __str__(self) -> str:
        return f"{self.window_id}: {self.riders}"


class ShuttleDeparture(models.Model):
    """A vehicle leaves a boarding point: it is said for ``due_at``, or has at ``left_at`` with ``people``.

    ``still_waiting``: how many its crew counted that stayed behind; from then on the queue is reckoned
    from that. ``request_key`` is of who said first that there is this vehicle, ``leaving_key`` of who said
    that it leaves: what a phone tells twice is one vehicle, and one departure.
    """

    shuttle = models.ForeignKey(
        DirectShuttle, models.PROTECT, related_name="departures", verbose_name=_("direct shuttle")
    )
    seats = models.PositiveSmallIntegerField(
        _("seats"), validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)]
    )
    due_at = models.DateTimeField(_("said to come at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    people = models.PositiveSmallIntegerField(_("people on board"), null=True, blank=True)
    still_waiting = models.PositiveIntegerField(_("people still waiting"), null=True, blank=True)
    request_key = models.CharField(_("request"), max_length=64)
    leaving_key = models.CharField(
        _("request of its departure"), max_length=64, blank=True, default="", db_default=""
    )
    said_by = models.CharField(_("said by"), max_length=64)
    window = models.ForeignKey(
        Window,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="added",
        verbose_name=_("added to the window"),
    )

    class Meta:
        # As it was first called: renaming would lock out code of before.
        db_table = "transport_direct_vehicle"
        verbose_name = _("departure of a shuttle")
        verbose_name_plural = _("departures of shuttles")
        constraints = (
            models.UniqueConstraint(
                fields=("shuttle", "request_key"), name="transport_direct_vehicle_request"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(left_at__isnull=False),
                name="transport_direct_vehicle_when",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, people__isnull=True)
                | Q(left_at__isnull=False, people__isnull=False, people__lte=F("seats")),
                name="transport_direct_vehicle_people",
            ),
            models.CheckConstraint(
                condition=Q(still_waiting__isnull=True) | Q(left_at__isnull=False),
                name="transport_direct_vehicle_counted",
            ),
        )
        indexes = (
            models.Index(fields=("shuttle", "left_at"), name="transport_direct_left"),
            models.Index(
                fields=("shuttle", "due_at"),
                condition=Q(left_at__isnull=True),
                name="transport_direct_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.shuttle_id}: {self.left_at or self.due_at}"
