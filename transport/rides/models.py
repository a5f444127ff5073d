"""What a rider has of a ride besides the seat: a link that shows the vehicle, and what was left in it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from transport.lines.models import Run

MOST_WORDS = 500


class VehicleLink(models.Model):
    """An address that shows the vehicle of one ride to whoever has it, until the rider ends it.

    It knows nothing of the rider; when it is over by itself, the ride says (``queries.Leg``).
    """

    line = models.OneToOneField(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    token = models.CharField(_("token"), max_length=22, unique=True)
    made_at = models.DateTimeField(_("made at"))
    revoked_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("link to a vehicle")
        verbose_name_plural = _("links to vehicles")

    def __str__(self) -> str:
        return f"{self.line_id} {self.made_at:%Y-%m-%d %H:%M}"


class LostItem(models.Model):
    """Something that a rider misses, and what the operator says. ``request_key``: sent twice is once."""

    line = models.ForeignKey(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", verbose_name=_("run"))
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("operator")
    )
    request_key = models.CharField(_("request"), max_length=32)
    what = models.CharField(_("what is missed"), max_length=MOST_WORDS)
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.CharField(_("answer to the rider"), max_length=MOST_WORDS, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("lost item")
        verbose_name_plural = _("lost items")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "request_key"), name="transport_rides_lost_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | (~Q(answer="") & ~Q(answered_by="")),
                name="transport_rides_lost_answered",
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation", "asked_at"),
                condition=Q(answered_at__isnull=True),
                name="transport_rides_lost_open",
            ),
        )

    def __str__(self) -> str:
        return self.what[:60]
