"""Operators' hands on what is sold: products, prices, classes, patterns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline

from accounts.organisations import queries as organisations
from accounts.organisations.scoping import ScopedAdmin
from bookings.pricing.publishing import HasPriceCalendar, PublishesPrices
from kernel import clock
from kernel.web import columns
from kernel.web.inlines import TabularInline
from tourism.areas.confirming import SourcedAdmin
from tourism.tickets import operations
from tourism.tickets.forms import (
    ChannelShareForm,
    ChannelShares,
    ConcessionForm,
    Concessions,
    FamilyPriceForm,
    OfClasses,
    PatternForm,
    PriceRuleForm,
    ProductForm,
    RulesOfClasses,
)
from tourism.tickets.models import (
    ChannelShare,
    Concession,
    FamilyPrice,
    PersonLimit,
    PriceRule,
    Product,
    SlotPattern,
)

AHEAD = timedelta(days=90)


class PriceRuleInline(ScopedAdmin, TabularInline):
    model = PriceRule
    form = PriceRuleForm
    formset = RulesOfClasses
    organisation_path = "product__area__organisation"
    extra = 0


class FamilyPriceInline(ScopedAdmin, StackedInline):
    model = FamilyPrice
    form = FamilyPriceForm
    formset = OfClasses
    organisation_path = "product__area__organisation"
    extra = 0
    max_num = 6


class ConcessionInline(ScopedAdmin, TabularInline):
    model = Concession
    form = ConcessionForm
    formset = Concessions
    organisation_path = "product__area__organisation"
    extra = 0
    exclude = ("confidence", "confirmed_at", "confirmed_by")
    readonly_fields = ("source",)


class SlotPatternInline(ScopedAdmin, TabularInline):
    model = SlotPattern
    form = PatternForm
    organisation_path = "product__area__organisation"
    extra = 0


class ChannelShareInline(ScopedAdmin, TabularInline):
    model = ChannelShare
    form = ChannelShareForm
    formset = ChannelShares
    organisation_path = "product__area__organisation"
    extra = 0


class PersonLimitInline(ScopedAdmin, TabularInline):
    """Counted by the document, so for named tickets."""

    model = PersonLimit
    organisation_path = "product__area__organisation"
    extra = 0
    max_num = 4


@admin.register(Product)
class ProductAdmin(SourcedAdmin, PublishesPrices, HasPriceCalendar, ModelAdmin):
    form = ProductForm
    organisation_path = "area__organisation"
    list_display = (
        "area",
        columns.price("peak_price_fen", _("Adult, peak season")),
        columns.price("off_price_fen", _("Adult, off season")),
        "is_on_sale",
        "own_permille",
        "is_confirmed",
        "prices_link",
    )
    list_filter = ("is_on_sale", "area__region")
    list_select_related = ("area",)
    search_fields = ("area__slug", "area__name_zh", "area__name_en")
    autocomplete_fields = ("area",)
    inlines = (
        PriceRuleInline,
        FamilyPriceInline,
        ConcessionInline,
        SlotPatternInline,
        ChannelShareInline,
        PersonLimitInline,
    )
    actions = ("create_90_days", "follow_patterns", "confirm_rows")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organisations.sees_all(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["area", "prices_link"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    @admin.action(description=_("Create the entry times of the next 90 days"))
    def create_90_days(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        at = clock.now()
        for product in queryset.select_related("area__region"):
            today = product.area.region.local_date(at)
            made = operations.create_days(product_ids=[product.pk], first=today, last=today + AHEAD)
            words = _("%(area)s: %(slots)s entry times made.")
            messages.success(request, words % {"area": product.area, "slots": made.slots})

    @admin.action(description=_("Apply the patterns to coming entry times again"))
    def follow_patterns(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        at = clock.now()
        for product in queryset.select_related("area__region"):
            today = product.area.region.local_date(at)
            done = operations.follow_patterns(
                product=product, first=today, last=today + AHEAD, at=at
            )
            words = _(
                "%(area)s: %(made)s made, %(changed)s changed, %(closed)s closed, "
                "%(kept)s set by hand and left alone."
            )
            facts = {"made": done.made, "changed": done.changed, "closed": done.closed}
            messages.success(request, words % {"area": product.area, "kept": done.kept, **facts})
            for refusal in done.refused:
                messages.error(request, refusal.reason)
