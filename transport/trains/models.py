"""Trains that riders have named: when they were to arrive at a station, and when they are expected now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NUMBER = re.compile(r"[GDCZTKYLS]?[0-9]{1,5}", re.ASCII)
"""What trains of China are numbered like."""

STALE = timedelta(minutes=15)
"""What was heard longer ago says nothing of now."""


class TrainState(models.TextChoices):
    """What the railway says of it."""

    UNKNOWN = "UNKNOWN", _("not known")
    ON_TIME = "ON_TIME", _("on time")
    LATE = "LATE", _("late")
    ARRIVED = "ARRIVED", _("has arrived")
    CANCELLED = "CANCELLED", _("does not run")


class Train(models.Model):
    """A train on the day on which it arrives at a station. Asked about from ``ask_due_at`` to ``ask_until``,
    from ``asked_from`` on; ``answered_at`` is when the railway's service last knew it. ``late_since``: since
    when it could be known that it is late or does not run; none while it is on time.
    """

    number = models.CharField(_("train"), max_length=8)
    service_date = models.DateField(_("day of arrival"))
    station = models.CharField(_("station"), max_length=40)
    state = models.CharField(
        _("state"), max_length=9, choices=TrainState, default=TrainState.UNKNOWN
    )
    scheduled_at = models.DateTimeField(_("arrives by the timetable"), null=True, blank=True)
    expected_at = models.DateTimeField(_("expected"), null=True, blank=True)
    ask_due_at = models.DateTimeField(_("asked about next"), null=True, blank=True)
    ask_until = models.DateTimeField(_("asked about until"))
    asked_from = models.DateTimeField(_("asked about from"), null=True, blank=True)
    late_since = models.DateTimeField(_("known to be late since"), null=True, blank=True)
    answered_at = models.DateTimeField(_("heard"), null=True, blank=True)

    class Meta:
        verbose_name = _("train")
        verbose_name_plural = _("trains")
        constraints = (
            models.UniqueConstraint(
                fields=("number", "service_date", "station"), name="transport_trains_train_once"
            ),
            models.CheckConstraint(
                condition=Q(state="UNKNOWN") | Q(answered_at__isnull=False),
                name="transport_trains_train_heard",
            ),
        )
        indexes = (
            models.Index(
                fields=("ask_due_at",),
                condition=Q(ask_due_at__isnull=False),
                name="transport_trains_train_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.service_date}"

    def is_known(self, at: datetime) -> bool:
        """Whether what is known of it was heard lately, or is its last word."""
        if self.state in (TrainState.ARRIVED, TrainState.CANCELLED):
            return True
        fresh = self.answered_at is not None and self.answered_at > at - STALE
        return fresh and self.state != TrainState.UNKNOWN
