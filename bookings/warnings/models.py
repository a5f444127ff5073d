"""Warnings: what people who are booked somewhere at some time must know."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

MOST_METRES = 100_000


class Level(models.TextChoices):
    """How loud it is said."""

    SAFETY = "SAFETY", _("safety: at once by text message, in quiet hours too")
    SERVICE = "SERVICE", _("service: by the ways that everybody has chosen")


class PlaceWarning(models.Model):
    """Words for whoever is booked within ``radius_m`` of a place while they hold.

    Of an ``organisation`` it goes to its own guests; of none, the platform's, to everybody's. A draft
    until ``sent_at``; afterwards it is only taken back. ``told`` counts the people who were told.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("organisation"),
        help_text=_("Its own guests are told. Empty: everybody's."),
    )
    place = models.ForeignKey("kernel_places.Place", models.PROTECT, verbose_name=_("place"))
    radius_m = models.PositiveIntegerField(
        _("and so many metres around it"),
        default=1000,
        validators=(MaxValueValidator(MOST_METRES),),
    )
    level = models.CharField(_("level"), max_length=7, choices=Level, default=Level.SAFETY)
    title_zh = models.CharField(_("title (Chinese)"), max_length=60)
    title_en = models.CharField(_("title (English)"), max_length=60)
    text_zh = models.TextField(_("text (Chinese)"), max_length=500)
    text_en = models.TextField(_("text (English)"), max_length=500)
    affects_from = models.DateTimeField(_("concerns visits from"))
    affects_until = models.DateTimeField(_("until"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)
    sent_by = models.CharField(_("sent by"), max_length=64, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True, editable=False)
    told = models.PositiveIntegerField(_("people told"), default=0, editable=False)

    class Meta:
        verbose_name = _("warning")
        verbose_name_plural = _("warnings")
        constraints = (
            models.CheckConstraint(
                condition=Q(affects_from__lt=F("affects_until")),
                name="bookings_warnings_in_order",
            ),
            models.CheckConstraint(
                condition=Q(radius_m__lte=MOST_METRES), name="bookings_warnings_radius"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(sent_at__isnull=False),
                name="bookings_warnings_withdrawn_after_sent",
            ),
        )
        indexes = (
            models.Index(
                fields=("affects_until",),
                condition=Q(sent_at__isnull=False, withdrawn_at__isnull=True),
                name="bookings_warnings_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title_zh} · {self.title_en}"

    @property
    def title(self) -> dict[str, str]:
        """The title in both languages."""
        return {"zh-hans": self.title_zh, "en": self.title_en}

    @property
    def text(self) -> dict[str, str]:
        """The text in both languages."""
        return {"zh-hans": self.text_zh, "en": self.text_en}
