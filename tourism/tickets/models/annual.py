"""Annual cards: whose holder books one entry time a day, free of charge."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AnnualCard(models.Model):
    """A card of one person for one area, good from ``valid_from`` to ``valid_until``, both included.

    The document is known by its blind index and shown masked. ``revoked_at``: it is good no longer.
    """

    area = models.ForeignKey(
        "tourism_areas.ScenicArea", models.PROTECT, verbose_name=_("scenic area")
    )
    number = models.CharField(_("number of the card"), max_length=40)
    holder = models.CharField(_("holder"), max_length=60)
    document_index = models.CharField(_("document index"), max_length=64)
    document_masked = models.CharField(_("document number"), max_length=40)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until (included)"))
    issued_by = models.CharField(_("entered by"), max_length=64)
    issued_at = models.DateTimeField(_("entered at"))
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("annual card")
        verbose_name_plural = _("annual cards")
        constraints = (
            models.UniqueConstraint(
                fields=("area", "number"), name="tourism_tickets_annualcard_number"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_until")),
                name="tourism_tickets_annualcard_in_order",
            ),
        )
        indexes = (
            models.Index(fields=("document_index", "area"), name="tourism_tickets_annualcard_who"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.holder}"
