"""The keys that sign codes, the phones that show them, and which codes were replaced.

Of issuer keys one is current; the others only prove what they signed before. Codes stand for passes,
which this room knows by their serials only.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

MOST_SEQUENCE = 65_535
"""What the code has room for."""


class IssuerKey(models.Model):
    """An Ed25519 key. Retired: signs no more, its codes stay good. Revoked: they are dead."""

    kid = models.CharField(_("key id"), max_length=8, unique=True)
    public = models.CharField(_("public key"), max_length=64, help_text=_("32 bytes as hex."))
    private_sealed = models.TextField(_("private key, sealed"))
    created_at = models.DateTimeField(_("created at"))
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("issuer key")
        verbose_name_plural = _("issuer keys")
        constraints = (
            models.UniqueConstraint(
                IsNull(F("retired_at"), True),
                condition=Q(retired_at__isnull=True),
                name="bookings_codes_issuerkey_one_current",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(retired_at__isnull=False),
                name="bookings_codes_issuerkey_revoked_is_retired",
            ),
        )

    def __str__(self) -> str:
        return self.kid


class Series(models.Model):
    """The codes of one pass, one after the other: those below ``sequence`` are dead.

    ``last_day``: after this UTC day none of them is good anyway.
    """

    serial = models.UUIDField(_("serial"), unique=True)
    sequence = models.PositiveIntegerField(_("least good sequence"), default=0)
    last_day = models.DateField(_("good until (UTC day)"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("series of codes")
        verbose_name_plural = _("series of codes")
        constraints = (
            models.CheckConstraint(
                condition=Q(sequence__lte=MOST_SEQUENCE), name="bookings_codes_series_fits"
            ),
        )
        indexes = (
            models.Index(
                fields=("last_day",),
                condition=Q(sequence__gt=0),
                name="bookings_codes_replaced",
            ),
        )

    def __str__(self) -> str:
        return f"{self.serial}/{self.sequence}"


class PhoneKey(models.Model):
    """A phone's P-256 key that shows, or has shown, the codes of a pass. One at a time."""

    serial = models.UUIDField(_("serial"))
    public = models.CharField(_("public key"), max_length=66, help_text=_("33 bytes as hex."))
    sequence = models.PositiveIntegerField(_("sequence"))
    bound_at = models.DateTimeField(_("bound at"))
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        constraints = (
            models.UniqueConstraint(
                fields=("serial",),
                condition=Q(replaced_at__isnull=True),
                name="bookings_codes_phonekey_one_current",
            ),
            models.UniqueConstraint(
                fields=("serial", "sequence"), name="bookings_codes_phonekey_sequence"
            ),
        )

    def __str__(self) -> str:
        return f"{self.serial}/{self.sequence}"


class DeskNumber(models.Model):
    """Six digits that a holder's page shows for a few minutes, as their keyed hash.

    They stand for the code of ``sequence``: one that follows it kills them, too, whoever has read them.
    """

    serial = models.UUIDField(_("serial"), unique=True)
    sequence = models.PositiveIntegerField(_("sequence"), default=0, db_default=0)
    digest = models.CharField(_("hash of the number"), max_length=32, unique=True)
    good_until = models.DateTimeField(_("good until"), db_index=True)

    class Meta:
        verbose_name = _("number for the desk")
        verbose_name_plural = _("numbers for the desk")

    def __str__(self) -> str:
        return f"{self.serial}"
