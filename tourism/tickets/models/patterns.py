"""How many are sold, when, through whom and to one person."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Period
from bookings.inventory.models import Channel
from bookings.pricing.lists import ANY_WEEKDAY
from kernel.provenance import Loaded
from tourism.tickets.models.products import PERMILLE, Product

_NOT_SHARED = (
    Channel.OWN,
    Channel.DRAW,
)  # own sale has the rest; a draw sets its places aside itself
SHARED_CHANNELS = tuple(
    (value, words) for value, words in Channel.choices if value not in _NOT_SHARED
)
"""Those that get a share; what they do not get is for own sale."""


LIMIT_PERIODS = (
    (Period.DAY.value, _("a day")),
    (Period.MONTH.value, _("a month")),
    (Period.SEASON.value, _("a season")),
    (Period.YEAR.value, _("a year")),
)
"""Periods of visits, on the calendar of the place."""


class PatternSeason(models.TextChoices):
    ANY = "ANY", _("all year")
    PEAK = "PEAK", _("peak season")
    OFF = "OFF", _("off season")


class SlotPattern(Loaded):
    """The entry time that each matching day gets, with its share of the day's visitors.

    Shares may add up to more than 1000: then the day's own limit is reached first.
    """

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="patterns", verbose_name=_("product")
    )
    season = models.CharField(
        _("season"), max_length=4, choices=PatternSeason, default=PatternSeason.ANY
    )
    weekdays = models.CharField(
        _("weekdays"),
        max_length=7,
        default=ANY_WEEKDAY,
        validators=(RegexValidator(r"^[1-7]{1,7}$"),),
        help_text=_("Numbers of weekdays, Monday is 1: “67” is the weekend."),
    )
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    permille = models.PositiveIntegerField(
        _("thousandths of the day's visitors"), validators=PERMILLE
    )

    class Meta:
        verbose_name = _("slot pattern")
        verbose_name_plural = _("slot patterns")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "season", "weekdays", "starts"),
                name="tourism_tickets_slotpattern_once",
            ),
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends")), name="tourism_tickets_slotpattern_in_order"
            ),
            models.CheckConstraint(
                condition=Q(permille__lte=1000), name="tourism_tickets_slotpattern_permille"
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


class ChannelShare(models.Model):
    """What a channel may sell of an entry time, and from when on the unsold rest is for own sale.

    Without a pattern it holds for every entry time of the product; one with a pattern takes its place.
    """

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="channel_shares", verbose_name=_("product")
    )
    pattern = models.ForeignKey(
        SlotPattern, models.CASCADE, null=True, blank=True, verbose_name=_("entry time"),
        help_text=_("Empty: every entry time."),
    )  # fmt: skip
    channel = models.CharField(_("channel"), max_length=10, choices=SHARED_CHANNELS)
    permille = models.PositiveIntegerField(_("thousandths of the entry time"), validators=PERMILLE)
    release_days = models.PositiveSmallIntegerField(
        _("released so many days before"),
        default=1,
        null=True,
        blank=True,
        validators=(MaxValueValidator(60),),
        help_text=_("0 is the day itself. Empty: what is not sold stays with the channel."),
    )
    release_time = models.TimeField(_("released at"), default=time(18))

    class Meta:
        verbose_name = _("quota of a channel")
        verbose_name_plural = _("quotas of channels")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "pattern", "channel"),
                nulls_distinct=False,
                name="tourism_tickets_channelshare_once",
            ),
            models.CheckConstraint(
                condition=Q(permille__lte=1000), name="tourism_tickets_channelshare_permille"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_channel_display()}"


class PersonLimit(models.Model):
    """So many tickets of a product one real person may have in a period of visits."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="person_limits", verbose_name=_("product")
    )
    period = models.CharField(_("period"), max_length=6, choices=LIMIT_PERIODS)
    most = models.PositiveSmallIntegerField(
        _("at most"), validators=(MinValueValidator(1), MaxValueValidator(1000))
    )

    class Meta:
        verbose_name = _("limit per person")
        verbose_name_plural = _("limits per person")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "period"), name="tourism_tickets_personlimit_once"
            ),
            models.CheckConstraint(
                condition=Q(most__gte=1), name="tourism_tickets_personlimit_least"
            ),
        )

    def __str__(self) -> str:
        return f"{self.most} {self.get_period_display()}"
