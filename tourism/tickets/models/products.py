"""What is sold: the products of scenic areas."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.contracts import HANDOVER_PERMILLE, TRANSFER_DAYS, TRANSFERS, Reentry
from bookings.vouchers.models.rights import RULES
from kernel.naming import Named
from kernel.provenance import Sourced

PERMILLE = (MinValueValidator(0), MaxValueValidator(1000))
"""A share in thousandths."""

MOST_TRANSFERS = 10
MOST_TRANSFER_DAYS = 60


class AdmitUntil(models.TextChoices):
    """Until when a ticket for a slot lets its holder in."""

    SLOT_END = "SLOT_END", _("the end of the entry time")
    DAY_END = "DAY_END", _("the end of the day")


class ProductKind(models.TextChoices):
    """What one buys of a scenic area; each has entry times, prices and counts of its own."""

    ADMISSION = "ADMISSION", _("admission")
    LIFT = "LIFT", _("cableway or inner shuttle")
    ADDON = "ADDON", _("service: guide, wheelchair, pushchair")


class Way(models.TextChoices):
    """In which direction a cableway or inner shuttle is ridden."""

    UP = "UP", _("up, or out")
    DOWN = "DOWN", _("down, or back")


class Product(Named, Sourced):
    """One thing that a scenic area sells. Prices in fen for an adult; others by concession.

    An area has one admission. A lift is sold for each way, as many an hour as it carries; an add-on as
    many a day as there are (``stock``), with or without a ticket.
    """

    area = models.ForeignKey(
        "tourism_areas.ScenicArea",
        models.CASCADE,
        related_name="products",
        verbose_name=_("scenic area"),
    )
    kind = models.CharField(
        _("kind"),
        max_length=9,
        choices=ProductKind,
        default=ProductKind.ADMISSION,
        db_default=ProductKind.ADMISSION,
    )
    code = models.SlugField(
        _("code"),
        max_length=60,
        default="admission",
        db_default="admission",
        help_text=_("Names it within its area, for good: “guide”, “wheelchair”."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0, db_default=0)
    cableway = models.ForeignKey(
        "tourism_areas.Cableway",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("cableway or inner shuttle"),
    )
    way = models.CharField(
        _("way"), max_length=4, choices=Way, blank=True, default="", db_default=""
    )
    stock = models.PositiveIntegerField(
        _("so many a day"), null=True, blank=True, help_text=_("Of a service: how many there are.")
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
        validators=PERMILLE,
    )
    own_permille = models.PositiveIntegerField(
        _("sold here (thousandths of the day)"),
        default=1000,
        validators=PERMILLE,
        help_text=_("The rest of the day's visitors is kept for the counter."),
    )
    early_min = models.PositiveSmallIntegerField(_("let in early (minutes)"), default=15)
    admit_until = models.CharField(
        _("let in until"), max_length=8, choices=AdmitUntil, default=AdmitUntil.SLOT_END
    )
    entries = models.PositiveSmallIntegerField(
        _("entries"), default=1, validators=(MinValueValidator(1),)
    )

    reentry = models.CharField(
        _("re-entry"),
        max_length=10,
        choices=RULES,
        default=Reentry.COUNTED.value,
        db_default=Reentry.COUNTED.value,
    )
    reentry_days = models.PositiveSmallIntegerField(
        _("re-entry for so many days"),
        default=0,
        db_default=0,
        validators=(MaxValueValidator(30),),
        help_text=_("From the first entry on, that day included; 0: until the ticket is over."),
    )
    transfers = models.PositiveSmallIntegerField(
        _("may be handed on so many times"),
        default=TRANSFERS,
        db_default=TRANSFERS,
        validators=(MaxValueValidator(MOST_TRANSFERS),),
        help_text=_("To another person by name, who is checked like a buyer; 0: never."),
    )
    transfer_days = models.PositiveSmallIntegerField(
        _("handed on until so many days before"),
        default=TRANSFER_DAYS,
        db_default=TRANSFER_DAYS,
        validators=(MaxValueValidator(MOST_TRANSFER_DAYS),),
        help_text=_(
            "Until 24:00 of that day before the visit: 1 is the day before, 0 the day itself, as long "
            "as nobody has come in. What was sold keeps the rule it was sold with."
        ),
    )
    gates_in = models.ManyToManyField(
        "tourism_areas.Gate",
        blank=True,
        related_name="+",
        verbose_name=_("gates in"),
        help_text=_("Through which gates one comes in; none chosen: through any."),
    )
    gates_out = models.ManyToManyField(
        "tourism_areas.Gate",
        blank=True,
        related_name="+",
        verbose_name=_("gates out"),
        help_text=_("Through which gates one goes out; none chosen: through any."),
    )

    class Meta:
        verbose_name = _("ticket product")
        verbose_name_plural = _("ticket products")
        constraints = (
            models.UniqueConstraint(fields=("area", "code"), name="tourism_tickets_product_code"),
            models.UniqueConstraint(
                fields=("area",),
                condition=Q(kind=ProductKind.ADMISSION),
                name="tourism_tickets_product_one_admission",
            ),
            models.UniqueConstraint(
                fields=("cableway", "way"), name="tourism_tickets_product_one_way"
            ),
            models.CheckConstraint(
                condition=Q(kind=ProductKind.LIFT, cableway__isnull=False) & ~Q(way="")
                | ~Q(kind=ProductKind.LIFT) & Q(cableway__isnull=True, way=""),
                name="tourism_tickets_product_lift_has_a_way",
            ),
            models.CheckConstraint(
                condition=Q(kind=ProductKind.ADDON, stock__isnull=False)
                | ~Q(kind=ProductKind.ADDON) & Q(stock__isnull=True),
                name="tourism_tickets_product_addon_has_stock",
            ),
            models.CheckConstraint(
                condition=Q(reentry_days=0) | ~Q(reentry=Reentry.COUNTED.value),
                name="tourism_tickets_product_reentry_days",
            ),
            models.CheckConstraint(
                condition=Q(own_permille__lte=1000), name="tourism_tickets_product_own_share"
            ),
            models.CheckConstraint(
                condition=Q(entries__gte=1), name="tourism_tickets_product_entries"
            ),
            models.CheckConstraint(
                condition=Q(transfers__lte=MOST_TRANSFERS, transfer_days__lte=MOST_TRANSFER_DAYS),
                name="tourism_tickets_product_transfers",
            ),
        )

    def clean(self) -> None:
        """:raises ValidationError: what its kind needs is missing, or belongs to another kind."""
        super().clean()
        if (self.kind == ProductKind.LIFT) != (self.cableway_id is not None and self.way != ""):
            words = _("A ride, and only a ride, has a cableway or inner shuttle and a way.")
            raise ValidationError({"cableway": words})
        if self.cableway is not None and self.cableway.area_id != self.area_id:
            raise ValidationError({"cableway": _("This belongs to another scenic area.")})
        if (self.kind == ProductKind.ADDON) != (self.stock is not None):
            raise ValidationError({"stock": _("A service, and only a service, has a stock.")})
        if self.reentry == Reentry.COUNTED and self.reentry_days:
            words = _("Days of re-entry go with another rule than “so many entries”.")
            raise ValidationError({"reentry_days": words})
