"""Operators' hands on what is sold: products, prices, classes, patterns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
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
from tourism.tickets.admin.calendar import HasCalendar
from tourism.tickets.forms import (
    ChannelShareForm,
    ChannelShares,
    ConcessionForm,
    Concessions,
    FamilyPriceForm,
    LayOutForm,
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
    Slot,
    SlotPattern,
)

AHEAD = timedelta(days=90)
_NOT_FOLLOWED = _(
    "Entry times that are laid out already have not changed. Choose this product in the list and “Apply the "
    "patterns to coming entry times again”: what was set by hand stays as it is, what is sold stays sold."
)


def _next_days(queryset: QuerySet[Product]) -> dict[str, date]:
    """The next ninety days of the place, today included."""
    product = queryset.select_related("area__region").order_by("pk")[0]
    today = product.area.region.local_date(clock.now())
    return {"first": today, "last": today + AHEAD - timedelta(days=1)}


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
class ProductAdmin(SourcedAdmin, HasCalendar, PublishesPrices, HasPriceCalendar, ModelAdmin):
    form = ProductForm
    organisation_path = "area__organisation"
    list_display = (
        "area",
        "name_zh",
        "kind",
        columns.price("peak_price_fen", _("Adult, peak season")),
        columns.price("off_price_fen", _("Adult, off season")),
        "is_on_sale",
        "own_permille",
        "is_confirmed",
        "prices_link",
        "calendar_link",
    )
    list_filter = ("kind", "is_on_sale", "area__region")
    list_select_related = ("area",)
    search_fields = ("area__slug", "area__name_zh", "area__name_en", "name_zh", "name_en")
    autocomplete_fields = ("area", "cableway", "gates_in", "gates_out")
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
        fixed = ["area", "kind", "code", "cableway", "way", "prices_link"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Patterns and quotas lay out days to come; whoever edits them hears what has not followed."""
        super().save_related(request, form, formsets, change)
        laying_out = [each for each in formsets if each.model in (SlotPattern, ChannelShare)]
        is_met = "own_permille" in form.changed_data or any(f.has_changed() for f in laying_out)
        if (
            is_met
            and Slot.objects.filter(product=form.instance, starts_at__gt=clock.now()).exists()
        ):
            messages.warning(request, _NOT_FOLLOWED)

    @admin.display(description=_("how full"))
    def calendar_link(self, row: Product) -> SafeString:
        url = reverse("admin:tourism_tickets_product_calendar")
        words = _("Calendar of places")
        return format_html('<a class="text-link" href="{}?area={}">{}</a>', url, row.area_id, words)

    @admin.action(description=_("Create the entry times of the next 90 days"))
    def create_90_days(
        self, request: HttpRequest, queryset: QuerySet[Product]
    ) -> HttpResponse | None:
        """Shows first what is going to be made, for other days as well; then makes all of it at once."""
        ids = sorted(queryset.values_list("pk", flat=True))
        if not ids:
            return None
        is_shown = "first" in request.POST
        form = LayOutForm(request.POST if is_shown else None, initial=_next_days(queryset))
        span = form.cleaned_data if is_shown and form.is_valid() else form.initial
        if is_shown and form.is_valid() and "make" in request.POST:
            made = operations.create_days(product_ids=ids, **span)
            words = _("%(days)s days and %(slots)s entry times made.")
            messages.success(request, words % {"days": made.days, "slots": made.slots})
            return None
        return self._preview(request, ids, form, span)

    def _preview(
        self, request: HttpRequest, ids: list[int], form: LayOutForm, span: Mapping[str, Any]
    ) -> HttpResponse:
        planned = operations.plan_days(product_ids=ids, **span) if not form.errors else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Create entry times"),
            "form": form,
            "ids": ids,
            "planned": planned,
            "missing": sum(each.missing for each in planned),
            "action": "create_90_days",
        }
        return TemplateResponse(request, "tourism_tickets/admin_lay_out.html", context)

    @admin.action(description=_("Apply the patterns to coming entry times again"))
    def follow_patterns(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        at = clock.now()
        for product in queryset.select_related("area__region"):
            today = product.area.region.local_date(at)
            done = operations.follow_patterns(
                product=product,
                first=today,
                last=today + AHEAD,
                actor=f"user:{request.user.pk}",
                at=at,
            )
            words = _(
                "%(area)s: %(made)s made, %(changed)s changed, %(closed)s closed, "
                "%(kept)s set by hand and left alone."
            )
            facts = {"made": done.made, "changed": done.changed, "closed": done.closed}
            messages.success(request, words % {"area": product.area, "kept": done.kept, **facts})
            for refusal in done.refused:
                messages.error(request, refusal.reason)
