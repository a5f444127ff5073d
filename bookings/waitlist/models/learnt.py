"""What was learnt from those who have waited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OddsTable(models.Model):
    """What was learnt about the chances of those who wait; a new version takes the place of the old one.

    Of a seller and a kind of thing; ``organisation`` None: of all sellers of the region together.
    ``looks`` at parties whose times are over, of which ``served`` were followed by being served.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier"),
    )
    kind = models.CharField(_("kind"), max_length=20)
    version = models.PositiveIntegerField(_("version"))
    looks = models.PositiveIntegerField(_("looks"))
    served = models.PositiveIntegerField(_("served after them"))
    learnt = models.JSONField(_("what was learnt"))
    learnt_at = models.DateTimeField(_("learnt at"))

    class Meta:
        verbose_name = _("chances in the waiting list")
        verbose_name_plural = _("chances in the waiting list")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "organisation", "kind", "version"),
                nulls_distinct=False,
                name="bookings_waitlist_odds_version",
            ),
            models.CheckConstraint(
                condition=Q(served__lte=models.F("looks")), name="bookings_waitlist_odds_served"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
