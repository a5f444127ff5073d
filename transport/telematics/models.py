"""Where vehicles are: the device that says so, the latest position, and the track of a few days.

Positions are WGS-84 degrees; a moment is the device's own, by the satellites' time.
"""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.gates.admission import Keyed, OneTime, window
from transport.fleet.models import Vehicle


class Invitation(OneTime):
    """A code by which one device is enrolled in a vehicle."""

    vehicle = models.ForeignKey(
        Vehicle, models.CASCADE, related_name="+", verbose_name=_("vehicle")
    )

    class Meta:
        verbose_name = _("invitation of a vehicle's device")
        verbose_name_plural = _("invitations of vehicles' devices")
        constraints = (window("transport_telematics_invitation_window"),)

    def __str__(self) -> str:
        return f"{self.vehicle} {self.made_at:%Y-%m-%d %H:%M}"


class Tracker(Keyed):
    """A device that says where its vehicle is (车载终端). Of a vehicle one at a time is listened to."""

    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, related_name="trackers", verbose_name=_("vehicle")
    )
    invitation = models.OneToOneField(
        Invitation, models.PROTECT, related_name="tracker", verbose_name=_("invitation")
    )

    class Meta:
        verbose_name = _("device in a vehicle")
        verbose_name_plural = _("devices in vehicles")
        constraints = (
            models.UniqueConstraint(
                fields=("vehicle",),
                condition=Q(revoked_at__isnull=True),
                name="transport_telematics_tracker_one",
            ),
            models.CheckConstraint(
                condition=Q(counter__gte=0), name="transport_telematics_tracker_counter"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.vehicle}"

    @property
    def actor(self) -> str:
        """The name under which it writes."""
        return f"tracker:{self.pk}"


class Point(models.Model):
    """Where a vehicle was: speed in metres a second, course in degrees from north, both if known."""

    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("arrived at"))
    latitude = models.FloatField(
        _("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    speed = models.FloatField(_("speed (m/s)"), null=True, blank=True)
    course = models.FloatField(_("course (degrees)"), null=True, blank=True)

    class Meta:
        abstract = True


class Position(Point):
    """The latest position of a vehicle: one row that only a later one replaces."""

    vehicle = models.OneToOneField(
        Vehicle,
        models.CASCADE,
        primary_key=True,
        related_name="position",
        verbose_name=_("vehicle"),
    )

    class Meta:
        verbose_name = _("latest position")
        verbose_name_plural = _("latest positions")
        constraints = (
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="transport_telematics_position_on_earth",
            ),
        )

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.at:%Y-%m-%d %H:%M:%S}"

    def age_s(self, at: datetime) -> int:
        """How many seconds old it is, never below zero."""
        return max(0, int((at - self.at).total_seconds()))


class Fix(Point):
    """One position as it was told, once for each vehicle and moment; deleted after a few days."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("point of a track")
        verbose_name_plural = _("points of a track")
        constraints = (
            models.UniqueConstraint(fields=("vehicle", "at"), name="transport_telematics_fix_once"),
        )
        indexes = (models.Index(fields=("at",), name="transport_telematics_fix_at"),)

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.at:%Y-%m-%d %H:%M:%S}"
