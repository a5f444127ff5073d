"""What visitors look for inside an area: toilets, first aid, chargers, cameras."""

from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.naming import Named


class FacilityKind(models.TextChoices):
    TOILET = "TOILET", _("toilet")
    FIRST_AID = "FIRST_AID", _("first aid")
    CHARGER = "CHARGER", _("EV charging")
    CAMERA = "CAMERA", _("live camera")


class Facility(Named):
    """One such place. Empty hours: as long as the area is open. ``address`` is a camera's page."""

    area = models.ForeignKey(
        "tourism_areas.ScenicArea",
        models.CASCADE,
        related_name="facilities",
        verbose_name=_("scenic area"),
    )
    kind = models.CharField(_("kind"), max_length=9, choices=FacilityKind)
    place = models.ForeignKey(
        "kernel_places.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place"),
    )
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    address = models.URLField(
        _("address of the camera"), blank=True, validators=[URLValidator(schemes=["https"])]
    )

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        constraints = (
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, opens__lt=F("closes")),
                name="tourism_crowd_facility_hours",
            ),
            models.CheckConstraint(
                condition=(Q(kind="CAMERA") & ~Q(address="")) | (~Q(kind="CAMERA") & Q(address="")),
                name="tourism_crowd_facility_camera_has_an_address",
            ),
        )

    @property
    def hours(self) -> str:
        """Open from and until, as on a sign; nothing where it keeps the area's hours."""
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}" if self.opens and self.closes else ""
