"""Timed entry: what is sold, for how much, to whom, and the slots people come in.

Counts live in bookings.inventory: a slot, its day and the site's own channel each have a Bucket,
named here by plain id, because a foreign key would lock the hot bucket once more per sale.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import time

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.contracts import HANDOVER_PERMILLE, Period
from bookings.inventory.models import Channel
from bookings.pricing.lists import ANY_WEEKDAY
from bookings.pricing.models import (
    GroupPriceRow,
    PriceRuleRow,
    season_in_order,
    set_or_group,
)
from kernel.naming import Named
from kernel.provenance import Loaded, Sourced

_PERMILLE = (MinValueValidator(0), MaxValueValidator(1000))


SHARED_CHANNELS = tuple((value, words) for value, words in Channel.choices if value != Channel.OWN)
"""Those that get a share; what they do not get is for own sale."""


LIMIT_PERIODS = (
    (Period.DAY.value, _("a day")),
    (Period.MONTH.value, _("a month")),
    (Period.SEASON.value, _("a season")),
    (Period.YEAR.value, _("a year")),
)
"""Periods of visits, on the calendar of the place."""


class AdmitUntil(models.TextChoices):
    """Until when a ticket for a slot lets its holder in."""

    SLOT_END = "SLOT_END", _("the end of the entry time")
    DAY_END = "DAY_END", _("the end of the day")


class Product(Named, Sourced):
    """The admission of one scenic area. Prices in fen for an adult; others by concession."""

    area = models.OneToOneField(
        "tourism_areas.ScenicArea", models.CASCADE, verbose_name=_("scenic area")
    )
    is_on_sale = models.BooleanField(_("on sale"), default=True)
    peak_price_fen = models.PositiveIntegerField(_("adult, peak season (fen)"))
    off_price_fen = models.PositiveIntegerField(_("adult, off season (fen)"))
    deposit_fen = models.PositiveIntegerField(
        _("deposit a person (fen)"),
        default=0,
        db_default=0,
        help_text=_("For what is lent with the ticket: held until a day after the visit."),
    )
    includes_zh = models.CharField(_("includes (Chinese)"), max_length=200, blank=True)
    includes_en = models.CharField(_("includes (English)"), max_length=200, blank=True)
    excludes_zh = models.CharField(_("does not include (Chinese)"), max_length=200, blank=True)
    excludes_en = models.CharField(_("does not include (English)"), max_length=200, blank=True)
    refund_ladder = models.CharField(
        _("refund ladder"),
        max_length=100,
        blank=True,
        validators=(RegexValidator(r"^(-?[0-9]{1,4}:[0-9]{1,4}( |$))*$"),),
        help_text=_(
            "Hours before the visiting day begins, a colon, how many thousandths come back: "
            "“0:1000” gives all back until 24:00 on the day before."
        ),
    )
    refund_words_zh = models.CharField(_("refund rule (Chinese)"), max_length=200, blank=True)
    refund_words_en = models.CharField(_("refund rule (English)"), max_length=200, blank=True)
    handover_permille = models.PositiveIntegerField(
        _("fee for handing on to the waiting list (thousandths)"),
        default=HANDOVER_PERMILLE,
        db_default=HANDOVER_PERMILLE,
        validators=_PERMILLE,
    )
    own_permille = models.PositiveIntegerField(
        _("sold here (thousandths of the day)"),
        default=1000,
        validators=_PERMILLE,
        help_text=_("The rest of the day's visitors is kept for the counter."),
    )
    early_min = models.PositiveSmallIntegerField(_("let in early (minutes)"), default=15)
    admit_until = models.CharField(
        _("let in until"), max_length=8, choices=AdmitUntil, default=AdmitUntil.SLOT_END
    )
    entries = models.PositiveSmallIntegerField(
        _("entries"), default=1, validators=(MinValueValidator(1),)
    )

    class Meta:
        verbose_name = _("ticket product")
        verbose_name_plural = _("ticket products")
        constraints = (
            models.CheckConstraint(
                condition=Q(own_permille__lte=1000), name="tourism_tickets_product_own_share"
            ),
            models.CheckConstraint(
                condition=Q(entries__gte=1), name="tourism_tickets_product_entries"
            ),
        )


class PriceRule(PriceRuleRow):
    """Another price on some days: of the adults, whom the other classes follow, or of one class."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="price_rules", verbose_name=_("product")
    )
    class_code = models.CharField(
        _("class"),
        max_length=30,
        blank=True,
        default="",
        db_default="",
        help_text=_("The code of a concession; empty: the adult price, which the others follow."),
    )
    price_fen = models.PositiveIntegerField(_("price (fen)"))

    class Meta:
        verbose_name = _("price rule")
        verbose_name_plural = _("price rules")
        constraints = (
            season_in_order("tourism_tickets_pricerule_in_order"),
            models.UniqueConstraint(
                fields=("product", "first_date", "last_date", "day_kind", "weekdays", "class_code"),
                name="tourism_tickets_pricerule_one",
            ),
        )

    def clean(self) -> None:
        """:raises ValidationError: a season in the wrong order, or a class the product has not."""
        super().clean()
        if self.class_code:
            _check_classes(self.product, "class_code", [self.class_code])


class FamilyPrice(GroupPriceRow):
    """A published price for several visitors of one entry time: a family, a group."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="group_prices", verbose_name=_("product")
    )

    class Meta:
        verbose_name = _("family or group price")
        verbose_name_plural = _("family and group prices")
        constraints = (
            season_in_order("tourism_tickets_familyprice_in_order"),
            set_or_group("tourism_tickets_familyprice_set_or_group"),
        )

    def clean(self) -> None:
        """:raises ValidationError: what a group price may not be, or a class the product has not."""
        super().clean()
        _check_classes(self.product, "members", [code for code, _number in self.counts])


def _check_classes(product: Product, field: str, codes: Collection[str]) -> None:
    known = set(product.concessions.values_list("code", flat=True)) if product.pk else set()
    unknown = sorted(set(codes) - known)
    if unknown:
        words = _("This product has no class “%(code)s”.")
        raise ValidationError({field: ValidationError(words, params={"code": unknown[0]})})


class Concession(Named, Sourced):
    """Who pays which share of the adult price. Ages are whole years on the day of the visit.

    A rule with an age range and no proof is given by the document alone; one that needs proof must
    be chosen, and the gate asks for the card.
    """

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="concessions", verbose_name=_("product")
    )
    code = models.CharField(_("code"), max_length=30)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    condition_zh = models.CharField(_("condition (Chinese)"), max_length=200, blank=True)
    condition_en = models.CharField(_("condition (English)"), max_length=200, blank=True)
    age_from = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("to age (included)"), null=True, blank=True)
    needs_proof = models.BooleanField(_("needs proof at the gate"), default=False)
    permille = models.PositiveIntegerField(
        _("thousandths of the adult price"), validators=_PERMILLE
    )

    class Meta:
        verbose_name = _("concession")
        verbose_name_plural = _("concessions")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "code"), name="tourism_tickets_concession_code"
            ),
            models.CheckConstraint(
                condition=Q(permille__lte=1000), name="tourism_tickets_concession_permille"
            ),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True)
                | Q(age_to__isnull=True)
                | Q(age_from__lte=F("age_to")),
                name="tourism_tickets_concession_ages",
            ),
        )


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
        _("thousandths of the day's visitors"), validators=_PERMILLE
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
    permille = models.PositiveIntegerField(_("thousandths of the entry time"), validators=_PERMILLE)
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


class EntryDay(models.Model):
    """One day of an area: the limit for the whole day and for the site's own channel."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="days", verbose_name=_("product")
    )
    region_id = models.BigIntegerField(_("region"))
    date = models.DateField(_("date"))
    bucket_id = models.BigIntegerField(_("bucket of the day"))
    own_bucket_id = models.BigIntegerField(_("bucket of the own channel"))
    is_override = models.BooleanField(_("set by hand"), default=False)

    class Meta:
        verbose_name = _("entry day")
        verbose_name_plural = _("entry days")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "date"), name="tourism_tickets_entryday_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.date}"


class Slot(models.Model):
    """One entry time of one day. ``is_override``: set by hand, so that patterns leave it alone.

    ``moved_from`` is where the patterns have it, for one that was moved; the last time at ``moved_at``.
    What was called off takes nobody in.
    """

    day = models.ForeignKey(
        EntryDay, models.PROTECT, related_name="slots", verbose_name=_("entry day")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="slots", verbose_name=_("product")
    )
    region_id = models.BigIntegerField(_("region"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    bucket_id = models.BigIntegerField(_("bucket"), db_index=True)
    is_open = models.BooleanField(_("open"), default=True)
    is_override = models.BooleanField(_("set by hand"), default=False)
    moved_from = models.DateTimeField(_("moved from"), null=True, blank=True)
    moved_at = models.DateTimeField(_("moved at"), null=True, blank=True)
    called_off_at = models.DateTimeField(_("called off at"), null=True, blank=True)

    class Meta:
        verbose_name = _("entry time")
        verbose_name_plural = _("entry times")
        constraints = (
            models.UniqueConstraint(
                fields=("product", "starts_at"), name="tourism_tickets_slot_start"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="tourism_tickets_slot_in_order"
            ),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True) | Q(is_open=False),
                name="tourism_tickets_slot_called_off",
            ),
        )
        indexes = (
            models.Index(
                fields=("moved_at",),
                condition=Q(moved_at__isnull=False),
                name="tourism_tickets_slot_moved",
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.starts_at:%Y-%m-%d %H:%M}"


class Admission(models.Model):
    """One person's place in one slot: the same document cannot hold two, whoever bought them.

    ``slot_id`` is plain: a foreign key would lock the hot slot's row once per person sold.
    """

    slot_id = models.BigIntegerField(_("entry time"))
    document_index = models.CharField(_("document index"), max_length=64)
    line = models.ForeignKey(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    part_key = models.CharField(_("part"), max_length=40)
    region_id = models.BigIntegerField(_("region"))

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        constraints = (
            models.UniqueConstraint(
                fields=("slot_id", "document_index"), name="tourism_tickets_admission_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.part_key} of line {self.line_id}"
