"""Posts at which one scan uses vouchers of two houses (合检)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.provenance import Sourced


class JointPost(Sourced):
    """At a post of ``organisation`` the same scan uses what ``partner`` has sold for ``also_zone``.

    ``door`` empty: at every door of the zone. It holds while the partner agrees (``agreed_at``): nobody
    uses up what another house has sold without its word. ``agreed_by`` is who said so last, yes or no.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("whose post"),
    )
    zone = models.CharField(_("zone of the post"), max_length=64)
    door = models.CharField(_("door"), max_length=64, blank=True)
    partner = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("whose vouchers"),
    )
    also_zone = models.CharField(_("zone of the vouchers"), max_length=64)
    agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    agreed_by = models.CharField(_("said by"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("joint post")
        verbose_name_plural = _("joint posts")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "zone", "door", "partner", "also_zone"),
                name="bookings_vouchers_jointpost_once",
            ),
            models.CheckConstraint(
                condition=~Q(zone=F("also_zone")), name="bookings_vouchers_jointpost_of_another"
            ),
        )

    def __str__(self) -> str:
        return f"{self.zone}@{self.door} + {self.also_zone}"
