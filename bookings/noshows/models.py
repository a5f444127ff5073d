"""Free visits that somebody has by name, and whether they came.

A rule is an organisation's own; where it has none nobody is watched and nothing is kept.
"""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Rule(models.Model):
    """After ``most`` visits missed within ``within_days``, no free visits for ``rest_days``."""

    organisation = models.OneToOneField(
        "accounts_organisations.Organisation", models.CASCADE, verbose_name=_("organisation")
    )
    most = models.PositiveSmallIntegerField(
        _("visits missed"), default=3, validators=(MinValueValidator(1), MaxValueValidator(20))
    )
    within_days = models.PositiveSmallIntegerField(
        _("within so many days"),
        default=180,
        validators=(MinValueValidator(1), MaxValueValidator(366)),
    )
    rest_days = models.PositiveSmallIntegerField(
        _("no free visits for so many days"),
        default=7,
        validators=(MinValueValidator(1), MaxValueValidator(60)),
    )

    class Meta:
        verbose_name = _("rule for free visits")
        verbose_name_plural = _("rules for free visits")
        constraints = (
            models.CheckConstraint(
                condition=Q(most__gte=1, within_days__gte=1, rest_days__gte=1),
                name="bookings_noshows_rule_at_least_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation}: {self.most} / {self.within_days} / {self.rest_days}"

    @property
    def within(self) -> timedelta:
        """How long a missed visit counts."""
        return timedelta(days=self.within_days)

    @property
    def rest(self) -> timedelta:
        """How long nobody is given a free visit then."""
        return timedelta(days=self.rest_days)


class State(models.TextChoices):
    """What became of a visit."""

    OPEN = "OPEN", _("to come")
    CAME = "CAME", _("came")
    EXCUSED = "EXCUSED", _("given back, moved or closed")
    MISSED = "MISSED", _("missed")
    PARDONED = "PARDONED", _("pardoned")


class FreeVisit(models.Model):
    """One named person's free visit: until when it is good, and how it ended.

    ``document_index`` is the blind index of the person's document, ``zone`` and ``day`` are where and
    on which day of the place it is good.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.CASCADE, verbose_name=_("organisation")
    )
    region_id = models.BigIntegerField(_("region"))
    line = models.ForeignKey("bookings_orders.Line", models.CASCADE, verbose_name=_("order line"))
    part_key = models.CharField(_("part"), max_length=40)
    document_index = models.CharField(_("document index"), max_length=64)
    holder = models.CharField(_("holder"), max_length=60)
    zone = models.CharField(_("zone"), max_length=60)
    day = models.DateField(_("day"))
    until = models.DateTimeField(_("good until"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    pardoned_by = models.CharField(_("pardoned by"), max_length=64, blank=True)
    pardon_reason = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("free visit")
        verbose_name_plural = _("free visits")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "part_key"), name="bookings_noshows_visit_once"
            ),
            models.CheckConstraint(
                condition=Q(state=State.PARDONED, pardon_reason__gt="")
                | (~Q(state=State.PARDONED) & Q(pardon_reason="")),
                name="bookings_noshows_visit_pardoned",
            ),
        )
        indexes = (
            models.Index(
                fields=("until",), condition=Q(state="OPEN"), name="bookings_noshows_open"
            ),
            models.Index(
                fields=("document_index", "organisation", "until"),
                condition=Q(state="MISSED"),
                name="bookings_noshows_missed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder} {self.day}"
