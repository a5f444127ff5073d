"""Operators' hands on lines: terms, seasons, fares."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, StackedInline

from accounts.organisations import queries as organisations
from accounts.organisations.scoping import ScopedAdmin
from bookings.pricing.forms import RuleRows
from bookings.pricing.publishing import HasPriceCalendar, PublishesPrices
from kernel import clock
from kernel.web.inlines import TabularInline
from transport.lines import operations
from transport.lines.admin.following import actor_of, follow_calendar
from transport.lines.forms import FareRuleForm, GroupFareForm, LineForm
from transport.lines.models import FareRule, GroupFare, ServiceException, ShuttleLine


class ServiceExceptionInline(ScopedAdmin, TabularInline):
    model = ServiceException
    organisation_path = "line__organisation"
    extra = 0


class FareRuleInline(ScopedAdmin, TabularInline):
    model = FareRule
    form = FareRuleForm
    formset = RuleRows
    organisation_path = "line__organisation"
    extra = 0


class GroupFareInline(ScopedAdmin, StackedInline):
    """Rides are of any length: no sums here."""

    model = GroupFare
    form = GroupFareForm
    organisation_path = "line__organisation"
    extra = 0
    max_num = 6
    exclude = ("price_fen",)


@admin.register(ShuttleLine)
class ShuttleLineAdmin(ScopedAdmin, PublishesPrices, HasPriceCalendar, ModelAdmin):
    """A line stays in its region; the platform says whose it is."""

    form = LineForm
    list_display = (
        "slug", "name_zh", "kind", "organisation", "seats", "is_open", "is_confirmed",
        "prices_link",
    )  # fmt: skip
    list_filter = ("kind", "is_open", "region")
    list_select_related = ("organisation",)
    search_fields = ("slug", "name_zh", "name_en")
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
    inlines = (FareRuleInline, GroupFareInline, ServiceExceptionInline)
    actions = ("confirm_rows",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organisations.sees_all(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["region", "slug", "prices_link"] if obj else []
        if not organisations.sees_all(request.user):
            fixed.append("organisation")
        return [*super().get_readonly_fields(request, obj), *fixed]

    def saved(self, request: HttpRequest, obj: Any) -> None:
        """Exceptional days and months hold for runs that are on sale already, too."""
        follow_calendar(request, [obj])

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, line: ShuttleLine) -> bool:
        return not line.is_sample

    @admin.action(description=_("Confirm: this is right and may be sold"))
    def confirm_rows(self, request: HttpRequest, queryset: QuerySet[ShuttleLine]) -> None:
        count = operations.confirm_lines(
            lines=queryset.order_by("pk"), actor=actor_of(request), at=clock.now()
        )
        words = ngettext("%(count)s row confirmed.", "%(count)s rows confirmed.", count)
        messages.success(request, words % {"count": count})
