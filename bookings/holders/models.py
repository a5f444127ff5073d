"""Codes that went from one person to another, and holders whose name or document was put right."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Transfer(models.Model):
    """One handing over of a pass, the ``number``-th: written once, never changed."""

    carrier = models.ForeignKey(
        "bookings_vouchers.Pass",
        models.PROTECT,
        related_name="transfers",
        db_index=False,
        verbose_name=_("pass"),
    )
    region_id = models.BigIntegerField(_("region"))
    number = models.PositiveSmallIntegerField(_("number"))
    from_traveller_id = models.BigIntegerField(_("from"))
    to_traveller_id = models.BigIntegerField(_("to"))
    actor = models.CharField(_("by"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("handing over")
        verbose_name_plural = _("handings over")
        constraints = (
            models.UniqueConstraint(
                fields=("carrier", "number"), name="bookings_holders_transfer_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1) & ~Q(from_traveller_id=F("to_traveller_id")),
                name="bookings_holders_transfer_to_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.carrier_id}/{self.number}"


class What(models.TextChoices):
    """What of a holder was put right."""

    NAME = "NAME", _("name")
    NUMBER = "NUMBER", _("document")
    NAMED = "NAMED", _("named")


class Correction(models.Model):
    """One putting right of a pass's holder, the ``number``-th: written once, never changed.

    NAMED: a pass that had no name got one.
    """

    carrier = models.ForeignKey(
        "bookings_vouchers.Pass",
        models.PROTECT,
        related_name="corrections",
        db_index=False,
        verbose_name=_("pass"),
    )
    region_id = models.BigIntegerField(_("region"))
    number = models.PositiveSmallIntegerField(_("number"))
    what = models.CharField(_("what"), max_length=6, choices=What)
    actor = models.CharField(_("by"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("correction of a holder")
        verbose_name_plural = _("corrections of holders")
        constraints = (
            models.UniqueConstraint(
                fields=("carrier", "number"), name="bookings_holders_correction_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="bookings_holders_correction_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.carrier_id}/{self.number}"
