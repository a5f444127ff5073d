"""One worker for a thing, and each period of a job once."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lease(models.Model):
    """Who may work on ``key`` until when. ``token`` grows with every new holder (fencing)."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    owner = models.CharField(_("owner"), max_length=80)
    until = models.DateTimeField(_("until"))
    token = models.BigIntegerField(_("token"), default=1)

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.key} {self.owner}"


class Period(models.Model):
    """A period of a job that was begun: two beats run it once."""

    job = models.CharField(_("job"), max_length=60)
    period = models.CharField(_("period"), max_length=40)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = (
            models.UniqueConstraint(fields=("job", "period"), name="kernel_leases_period_once"),
        )

    def __str__(self) -> str:
        return f"{self.job} {self.period}"
