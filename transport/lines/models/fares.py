"""What a line's day makes of its fares, and what several riders pay together."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.classes import BESIDE, ON_A_LAP
from bookings.pricing.models import (
    MOST_PERMILLE,
    GroupPriceRow,
    PriceRuleRow,
    season_in_order,
    set_or_group,
)
from transport.lines.models.lines import ShuttleLine

ADULT = "adult"
LAP, LUGGAGE = ON_A_LAP, f"{BESIDE}luggage"
"""What rides without a seat of its own: a child on a lap, a large piece of luggage."""


class FareRule(PriceRuleRow):
    """Other fares on some days: so many thousandths of the fares of the line's table."""

    line = models.ForeignKey(
        ShuttleLine,
        models.CASCADE,
        related_name="fare_rules",
        verbose_name=pgettext_lazy("of buses", "line"),
    )
    permille = models.PositiveSmallIntegerField(
        _("thousandths of the usual fare"),
        validators=(MinValueValidator(1), MaxValueValidator(MOST_PERMILLE)),
        help_text=_("1200 is a fifth more; the fare is rounded to 0.1 yuan."),
    )

    class Meta:
        verbose_name = _("fare rule")
        verbose_name_plural = _("fare rules")
        constraints = (
            season_in_order("transport_lines_farerule_in_order"),
            models.CheckConstraint(
                condition=Q(permille__range=(1, MOST_PERMILLE)),
                name="transport_lines_farerule_permille",
            ),
            models.UniqueConstraint(
                fields=("line", "first_date", "last_date", "day_kind", "weekdays"),
                name="transport_lines_farerule_one",
            ),
        )


class GroupFare(GroupPriceRow):
    """A published fare for several riders together. Always a share: rides are of any length."""

    line = models.ForeignKey(
        ShuttleLine,
        models.CASCADE,
        related_name="group_fares",
        verbose_name=pgettext_lazy("of buses", "line"),
    )

    class Meta:
        verbose_name = _("group fare")
        verbose_name_plural = _("group fares")
        constraints = (
            season_in_order("transport_lines_groupfare_in_order"),
            set_or_group("transport_lines_groupfare_set_or_group"),
            models.CheckConstraint(
                condition=Q(price_fen__isnull=True), name="transport_lines_groupfare_share"
            ),
        )

    def clean(self) -> None:
        """:raises ValidationError: what a group price may not be, or another class."""
        super().clean()
        if any(code != ADULT for code, _number in self.counts):
            raise ValidationError({"members": _("Lines have one class only: adult.")})
