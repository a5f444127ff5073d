"""The keys that sign codes. One is current; the others only prove what they signed before."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _


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
