"""Where a row of real data comes from, and whether somebody who knows has confirmed it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Confidence(models.TextChoices):
    """How far the loaded value can be trusted."""

    HIGH = "HIGH", _("high: an official figure, or two independent sources")
    MEDIUM = "MEDIUM", _("medium: one unofficial source")
    LOW = "LOW", _("low: a plausible guess")


class Loaded(models.Model):
    """A row that came from a region's folder; the digest tells whether a hand has changed it since."""

    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class Sourced(Loaded):
    """A row that is sample data until an operator confirms it."""

    source = models.TextField(_("source"), blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=6, choices=Confidence, default=Confidence.LOW
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def is_sample(self) -> bool:
        """Nobody has confirmed it: show it as sample data, not an offer."""
        return self.confirmed_at is None
