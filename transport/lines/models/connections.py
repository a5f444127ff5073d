"""Trains that runs wait for, or whose riders get another run when the train is late (接驳)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.provenance import Sourced
from transport.lines.models.lines import ShuttleLine
from transport.lines.models.timetable import LATEST_S, TimetableTrip

TRAIN_NUMBER = RegexValidator(
    r"\A([GDCZTKYLS]?[0-9]{1,5})?\Z", _("must be a train's number, such as G3027")
)
MOST_TRANSFER_MIN, MOST_WAIT_MIN = 180, 120


class ConnectionRule(models.TextChoices):
    """What is done for the riders of a train that is late."""

    REBOOK = "REBOOK", _("they get the next departure with room")
    WAIT = "WAIT", _("the run waits")


class Connection(Sourced):
    """A line is timed to trains: who arrives with one gets on at ``place``, ``transfer_min`` later.

    Without a trip it holds for all of the line's; without a train for every one at ``station``, which is
    called as the railway calls it. What says more counts first. ``arrives_s`` is when the train arrives by
    its timetable, in seconds after the service day's midnight. A run waits ``wait_min`` minutes at most.
    """

    line = models.ForeignKey(
        ShuttleLine,
        models.CASCADE,
        related_name="connections",
        verbose_name=pgettext_lazy("of buses", "line"),
    )
    trip = models.ForeignKey(
        TimetableTrip,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="connections",
        verbose_name=_("trip"),
        help_text=_("Empty: every trip of the line."),
    )
    place = models.ForeignKey(
        "kernel_places.Place", models.PROTECT, related_name="+", verbose_name=_("stop")
    )
    station = models.CharField(_("railway station"), max_length=40)
    train_number = models.CharField(
        _("train"),
        max_length=8,
        blank=True,
        validators=[TRAIN_NUMBER],
        help_text=_("Empty: every train that arrives there."),
    )
    arrives_s = models.PositiveIntegerField(
        _("train arrives (seconds after midnight)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LATEST_S)],
    )
    transfer_min = models.PositiveSmallIntegerField(
        _("minutes from the train to the vehicle"),
        default=20,
        validators=[MaxValueValidator(MOST_TRANSFER_MIN)],
    )
    rule = models.CharField(
        _("when the train is late"),
        max_length=6,
        choices=ConnectionRule,
        default=ConnectionRule.REBOOK,
    )
    wait_min = models.PositiveSmallIntegerField(
        _("waits so many minutes at most"),
        default=0,
        validators=[MaxValueValidator(MOST_WAIT_MIN)],
        help_text=_("Of a train that is later still the riders get the next departure."),
    )

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "trip", "place", "train_number"),
                nulls_distinct=False,
                name="transport_lines_connection_once",
            ),
            models.CheckConstraint(
                condition=Q(rule="REBOOK") | Q(wait_min__gte=1),
                name="transport_lines_connection_waits",
                violation_error_message=_("A run that waits needs the minutes it waits at most."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.line.sign} {self.train_number or self.station}"

    def clean(self) -> None:
        """:raises ValidationError: the trip is of another line, or the line does not stop there."""
        super().clean()
        if self.line_id and self.trip and self.trip.line_id != self.line_id:
            raise ValidationError({"trip": _("This trip is of another line.")})
        if (
            self.line_id
            and self.place_id
            and not self.line.patterns.filter(stops__place=self.place_id).exists()
        ):
            raise ValidationError({"place": _("The line does not stop there.")})
