"""When each rule was last asked, and what it said."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Finding(models.Model):
    """The last answer of one rule (kernel.invariants). ``breaches`` is null where it gave none."""

    rule = models.CharField(_("rule"), max_length=60, unique=True)
    at = models.DateTimeField(_("asked at"))
    breaches = models.PositiveIntegerField(_("breaches"), null=True)
    seconds = models.FloatField(_("seconds"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return f"{self.rule} {self.breaches}"
