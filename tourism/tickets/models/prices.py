"""For how much it is sold, and to whom: rules, group prices, concessions."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.pricing.models import (
    GroupPriceRow,
    PriceRuleRow,
    season_in_order,
    set_or_group,
)
from kernel.naming import Named
from kernel.provenance import Sourced
from tourism.tickets.models.products import PERMILLE, Product


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
    permille = models.PositiveIntegerField(_("thousandths of the adult price"), validators=PERMILLE)
    peak_price_fen = models.PositiveIntegerField(
        _("own price, peak season (fen)"),
        null=True,
        blank=True,
        help_text=_("Instead of the share; empty: the share."),
    )
    off_price_fen = models.PositiveIntegerField(
        _("own price, off season (fen)"), null=True, blank=True
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
