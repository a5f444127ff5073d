"""The issuer's keys. The private half is sealed; a retired key's codes are refused at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IssuerKey(models.Model):
    """One Ed25519 key pair. Its id stands in every code that it signs."""

    kid = models.PositiveSmallIntegerField(_("key id"), unique=True)
    public = models.CharField(_("public key"), max_length=64)
    private_sealed = models.TextField(_("private key, sealed"))
    created_at = models.DateTimeField(_("created at"))
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        verbose_name = _("issuer key")
        verbose_name_plural = _("issuer keys")

    def __str__(self) -> str:
        return f"key {self.kid}"
