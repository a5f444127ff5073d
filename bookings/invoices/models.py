"""Invoices: whom they are made out to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.invoices import titles
from bookings.invoices.titles import TitleFacts, TitleKind


class Title(models.Model):
    """A title that somebody has saved, sealed as a whole. One of a person's is taken by default."""

    actor = models.CharField(_("person"), max_length=64, db_index=True)
    kind = models.CharField(_("kind"), max_length=10, choices=TitleKind)
    sealed = models.TextField(_("title, sealed"))
    is_default = models.BooleanField(_("taken by default"), default=False)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("invoice title")
        verbose_name_plural = _("invoice titles")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in TitleKind]),
                name="bookings_invoices_title_kind",
            ),
            models.UniqueConstraint(
                fields=("actor",),
                condition=Q(is_default=True),
                name="bookings_invoices_title_one_default",
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.get_kind_display()}"

    @property
    def facts(self) -> TitleFacts:
        """The title in plain: for its owner's eyes, and for the invoice."""
        return titles.unseal(self.sealed)
