"""Operators' hands on tickets: products, prices, patterns; days and entry times by actions.

Counts are shown, never edited as fields: the actions call the same operations as everything else
and show why they refuse.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.organisations import queries as organisations
from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.inventory import divisions
from bookings.pricing.publishing import HasPriceCalendar, PublishesPrices
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web import columns
from kernel.web.inlines import TabularInline
from kernel.web.requests import whole
from tourism.areas.confirming import SourcedAdmin
from tourism.tickets import operations, queries
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
    EntryDay,
    FamilyPrice,
    PriceRule,
    Product,
    Slot,
    SlotPattern,
)

AHEAD = timedelta(days=90)
MOST_PLACES = 1_000_000


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


class CapacityForm(ActionForm):
    """The number that the action "set the places" asks for; read by the action, which says why not."""

    capacity = forms.CharField(
        label="",
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(
            attrs={"placeholder": _("capacity"), "aria-label": _("capacity")}
        ),
    )


class CountedAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """Rows with a bucket: its count is shown, and set by an action only."""

    organisation_path = "product__area__organisation"
    action_form = CapacityForm
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_counts(super().get_queryset(request))

    @admin.display(description=_("capacity"), ordering="capacity")
    def places(self, row: Any) -> int:
        return int(row.capacity)

    @admin.display(description=_("taken"), ordering="taken")
    def sold(self, row: Any) -> int:
        return int(row.taken)

    @admin.display(description=_("channels"))
    def by_channel(self, row: Any) -> str:
        return divisions.bar(row.shares)

    def asked_capacity(self, request: HttpRequest) -> int | None:
        """The number that was typed beside the action; None with a message when it is none."""
        try:
            return whole(request.POST.get("capacity"), field="capacity", most=MOST_PLACES)
        except BadInput:
            messages.error(request, _("Please type the number of places beside the action."))
            return None


@admin.register(EntryDay)
class EntryDayAdmin(CountedAdmin):
    list_display = ("date", "product_area", "places", "sold", "by_channel", "is_override")
    list_filter = ("product__area",)
    list_select_related = ("product__area",)
    date_hierarchy = "date"
    search_fields = ("product__area__name_zh", "product__area__name_en")
    actions = ("set_places",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_shares(super().get_queryset(request), queries.shares_by_day())

    @admin.display(description=_("scenic area"), ordering="product__area__slug")
    def product_area(self, row: EntryDay) -> str:
        return row.product.area.name

    @admin.action(description=_("Set the places of the day"))
    def set_places(self, request: HttpRequest, queryset: QuerySet[EntryDay]) -> None:
        capacity = self.asked_capacity(request)
        if capacity is None:
            return
        for day in queryset.select_related("product__area"):
            try:
                operations.set_day(
                    day=day, capacity=capacity, actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, f"{day.product.area} {day.date}: {refusal.reason}")


@admin.register(Slot)
class SlotAdmin(CountedAdmin):
    list_display = (
        "local_start", "product_area", "places", "sold", "by_channel", "is_open", "is_override",
    )  # fmt: skip
    list_filter = ("is_open", "is_override", "product__area")
    list_select_related = ("product__area__region",)
    date_hierarchy = "day__date"
    search_fields = ("product__area__name_zh", "product__area__name_en")
    actions = ("set_places", "close", "open")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_shares(super().get_queryset(request), queries.shares_by_slot())

    @admin.display(description=_("from"), ordering="starts_at")
    def local_start(self, row: Slot) -> str:
        tz = row.product.area.region.tz
        return f"{row.starts_at.astimezone(tz):%Y-%m-%d %H:%M}–{row.ends_at.astimezone(tz):%H:%M}"

    @admin.display(description=_("scenic area"), ordering="product__area__slug")
    def product_area(self, row: Slot) -> str:
        return row.product.area.name

    @admin.action(description=_("Set the places"))
    def set_places(self, request: HttpRequest, queryset: QuerySet[Slot]) -> None:
        capacity = self.asked_capacity(request)
        if capacity is not None:
            self._set(request, queryset, capacity=capacity)

    @admin.action(description=_("Close: nothing more is sold"))
    def close(self, request: HttpRequest, queryset: QuerySet[Slot]) -> None:
        self._set(request, queryset, is_open=False)

    @admin.action(description=_("Open again"))
    def open(self, request: HttpRequest, queryset: QuerySet[Slot]) -> None:
        self._set(request, queryset, is_open=True)

    def _set(self, request: HttpRequest, queryset: QuerySet[Slot], **change: Any) -> None:
        """The same change to every chosen entry time, each by itself; refusals are shown."""
        for slot in queryset:
            try:
                operations.set_slot(
                    slot=slot, actor=f"user:{request.user.pk}", at=clock.now(), **change
                )
            except Refusal as refusal:
                messages.error(request, f"{self.local_start(slot)}: {refusal.reason}")
