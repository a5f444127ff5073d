"""What every seller's price tables have in common; and the record of the nightly audit of prices.

A seller has tables of its own with a foreign key to what it sells; the fields, their checks and what
they mean are the same everywhere.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.pricing.lists import ANY_WEEKDAY, DayKind, Days, Rule
from kernel.naming import Named

MOST_PERMILLE = 5000
_MEMBERS = re.compile(
    r"[a-z][a-z0-9_]{0,29}:[1-9][0-9]?( [a-z][a-z0-9_]{0,29}:[1-9][0-9]?)*", re.ASCII
)


class OnDays(models.Model):
    """Something that holds on some days: within a season, on weekdays, on a kind of day."""

    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))
    weekdays = models.CharField(
        _("weekdays"),
        max_length=7,
        default=ANY_WEEKDAY,
        db_default=ANY_WEEKDAY,
        validators=(RegexValidator(r"\A[1-7]{1,7}\Z", _("must be numbers of weekdays, 1 to 7")),),
        help_text=_("Numbers of weekdays, Monday is 1: “67” is the weekend."),
    )
    day_kind = models.CharField(
        _("kind of day"), max_length=7, choices=DayKind, default=DayKind.ANY
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """:raises ValidationError: the season ends before it begins."""
        super().clean()
        if self.first_date and self.last_date and self.last_date < self.first_date:
            words = _("The season ends before it begins: give a last day on or after its first.")
            raise ValidationError({"last_date": words})

    @property
    def days(self) -> Days:
        """The days as the price lists read them."""
        return Days(self.first_date, self.last_date, self.weekdays, DayKind(self.day_kind))

    @property
    def season(self) -> str:
        """The days in words."""
        return f"{self.first_date} – {self.last_date} {self.get_day_kind_display()}"


class PriceRuleRow(OnDays):
    """One row of a price list: another price on some days (docs/algorithms/pricing.md)."""

    precedence = models.SmallIntegerField(
        _("precedence"),
        default=0,
        db_default=0,
        help_text=_(
            "Where several rules hold, the highest wins. Among equals: public holidays before part "
            "of the week before any day; then the later begin, the earlier end, the lower price."
        ),
    )

    class Meta(OnDays.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.season

    def rivals(self, other: PriceRuleRow) -> bool:
        """Whether only their dates would settle which of the two holds on a day."""
        return self._rank.rivals(other._rank)

    @property
    def _rank(self) -> Rule:
        """Where it stands among the rules of its list; what it costs does not matter for that."""
        code = getattr(self, "class_code", "")
        return Rule(self.days, class_code=code, precedence=self.precedence)


class GroupPriceRow(Named, OnDays):
    """A published price for several together: a set of so many of each class, or a group."""

    members = models.CharField(
        _("who makes a set"),
        max_length=120,
        blank=True,
        help_text=_("Class and number, such as “adult:2 minor_half:1”. Empty for a group."),
    )
    least = models.PositiveSmallIntegerField(
        _("group from so many"), null=True, blank=True, validators=(MinValueValidator(2),)
    )
    price_fen = models.PositiveIntegerField(
        _("price of the set (fen)"),
        null=True,
        blank=True,
        help_text=_("Or leave empty and give thousandths of the usual prices."),
    )
    permille = models.PositiveSmallIntegerField(
        _("thousandths of the usual price"),
        null=True,
        blank=True,
        validators=(MaxValueValidator(1000),),
    )

    class Meta(OnDays.Meta):
        abstract = True

    def clean(self) -> None:
        """:raises ValidationError: neither a set nor a group, or both; no price, or two; odd members."""
        super().clean()
        errors = {**self._wrong_members(), **self._wrong_price()}
        if errors:
            raise ValidationError(errors)

    def _wrong_members(self) -> dict[str, Any]:
        if not self.members:
            missing = _("Say who makes a set, or from how many on it is a group.")
            return {} if self.least else {"least": missing}
        if self.least:
            return {"least": _("A set has no least number; leave this empty.")}
        if not _MEMBERS.fullmatch(self.members):
            return {"members": _("must be classes with numbers, such as adult:2 minor_half:1")}
        if len(dict(self.counts)) < len(self.counts):
            return {"members": _("A class is named twice.")}
        return {}

    def _wrong_price(self) -> dict[str, Any]:
        if self.price_fen is not None and not self.members:
            return {"price_fen": _("A group pays thousandths of the usual price, not a sum.")}
        if (self.price_fen is None) == (self.permille is None):
            return {"permille": _("Give either the price of the set or thousandths.")}
        return {}

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many of which class make a set."""
        return read_members(self.members)


def read_members(text: str) -> tuple[tuple[str, int], ...]:
    """ "adult:2 minor_half:1" as (("adult", 2), ("minor_half", 1))."""
    pairs = (pair.partition(":") for pair in text.split())
    return tuple((code, int(number)) for code, _colon, number in pairs)


def season_in_order(label: str) -> models.CheckConstraint:
    """The CHECK behind every table of rules: a season begins before it ends."""
    return models.CheckConstraint(condition=Q(first_date__lte=F("last_date")), name=label)


def set_or_group(label: str) -> models.CheckConstraint:
    """The CHECK behind every table of group prices: a set or a group, a sum or thousandths."""
    is_set = ~Q(members="") & Q(least__isnull=True)
    is_group = Q(members="", least__isnull=False, least__gte=2, price_fen__isnull=True)
    has_sum = Q(price_fen__isnull=False, permille__isnull=True)
    has_share = Q(price_fen__isnull=True, permille__isnull=False, permille__lte=1000)
    return models.CheckConstraint(condition=(is_set | is_group) & (has_sum | has_share), name=label)


class PriceAudit(models.Model):
    """One night's proof that a price does not depend on who asks: pairs of buyers, and differences."""

    made_at = models.DateTimeField(_("made at"), db_index=True)
    pairs = models.PositiveIntegerField(_("pairs compared"))
    unpriced = models.PositiveIntegerField(_("pairs without a price"))
    differing = models.PositiveIntegerField(_("pairs with different prices"))
    examples = models.TextField(_("examples"), blank=True)

    class Meta:
        verbose_name = _("audit of prices")
        verbose_name_plural = _("audits of prices")

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_clean(self) -> bool:
        """Whether something was compared and no pair differed."""
        return self.pairs > 0 and self.differing == 0
