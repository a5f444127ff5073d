"""Who did what to what, with which authority. Rows are added and later chained, never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One act. ``actor`` and ``subject`` are text such as "user:12" and "order:55"."""

    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("who"), max_length=64)
    action = models.CharField(_("did what"), max_length=60)
    subject = models.CharField(_("to what"), max_length=80, db_index=True)
    facts = models.JSONField(_("facts"), default=dict)
    position = models.BigIntegerField(_("position"), null=True, unique=True)
    chain = models.CharField(_("chain"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = (
            models.Index(
                fields=("id",),
                condition=models.Q(position__isnull=True),
                name="kernel_audit_unchained",
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"
