"""Which vehicle and which driver a run has."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from transport.fleet.models import Driver, Vehicle
from transport.lines.models.runs import Run


class Assignment(models.Model):
    """A vehicle with its driver on a run. ``number`` 1 is the timetable's, higher ones are relief."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="assignments", verbose_name=_("run"))
    number = models.PositiveSmallIntegerField(_("vehicle number of the run"), default=1)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, related_name="assignments", verbose_name=_("vehicle")
    )
    driver = models.ForeignKey(
        Driver, models.PROTECT, related_name="assignments", verbose_name=_("driver")
    )
    assigned_at = models.DateTimeField(_("assigned at"))
    assigned_by = models.CharField(_("assigned by"), max_length=64)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = (
            models.UniqueConstraint(
                fields=("run", "number"), name="transport_lines_assignment_number"
            ),
            models.UniqueConstraint(
                fields=("run", "vehicle"), name="transport_lines_assignment_vehicle"
            ),
            models.UniqueConstraint(
                fields=("run", "driver"), name="transport_lines_assignment_driver"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.vehicle} · {self.driver}"
