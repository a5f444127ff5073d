"""Operators' hands on direct shuttles: their figures; windows and vehicles to read, windows to cancel."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations import queries as organisations
from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.news.telling import TellsOfChanges
from kernel import clock
from kernel.web.inlines import TabularInline
from transport.direct import operations
from transport.direct.forms import ShuttleForm
from transport.direct.models import DirectRide, DirectShuttle, ShuttleDeparture, Window, WindowState

_MOST_AT_ONCE = 100


@admin.register(DirectShuttle)
class DirectShuttleAdmin(ScopedAdmin, ModelAdmin):
    """Which line is sold by time is the platform's to say; its figures are the operator's."""

    organisation_path = "line__organisation"
    form = ShuttleForm
    list_display = ("line", "pattern", "leaves", "window_min", "per_hour", "is_on_sale")
    list_filter = ("leaves", "is_on_sale")
    list_select_related = ("line", "pattern__line")
    search_fields = ("line__slug", "line__name_zh", "line__name_en")
    autocomplete_fields = ("line", "pattern")
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organisations.sees_all(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["line", "pattern"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]


class DirectRideInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    """Who rides: the orders, to be looked up in the list of orders."""

    model = DirectRide
    organisation_path = "window__shuttle__line__organisation"
    fields = ("order_code", "riders", "state")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("line__order")

    @admin.display(description=_("order"))
    def order_code(self, ride: DirectRide) -> str:
        return ride.line.order.code

    @admin.display(description=_("state"))
    def state(self, ride: DirectRide) -> str:
        return ride.line.get_state_display()


@admin.register(Window)
class WindowAdmin(TellsOfChanges, ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "shuttle__line__organisation"
    list_display = ("starts_at", "ends_at", "shuttle", "extra", "state")
    list_filter = ("state", "shuttle__line")
    list_select_related = ("shuttle__line__region", "shuttle__pattern")
    list_per_page = 50
    search_fields = ("shuttle__line__slug",)
    ordering = ("starts_at", "pk")
    date_hierarchy = "service_date"
    show_full_result_count = False
    fields = (
        "shuttle", "service_date", "starts_at", "ends_at", "extra", "state", "who_was_told",
    )  # fmt: skip
    about = staticmethod(operations.about)
    inlines = (DirectRideInline,)
    actions = ("cancel",)

    @admin.action(description=_("Carry nobody then, and return what was paid"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Window]) -> TemplateResponse | None:
        """Show whom it concerns first; carried out if it still is those who were shown."""
        windows = list(queryset.filter(state=WindowState.SCHEDULED).order_by("starts_at", "pk"))
        if not 0 < len(windows) <= _MOST_AT_ONCE:
            words = _("Please choose 1 to %(most)s boarding times that are not cancelled yet.")
            messages.error(request, words % {"most": _MOST_AT_ONCE})
            return None
        rides = DirectRide.objects.filter(window__in=windows)
        riders = rides.aggregate(riders=Sum("riders"))["riders"] or 0
        if request.POST.get("seen") != str(riders):
            context = {
                **self.admin_site.each_context(request),
                "title": _("Cancel boarding times"),
                "windows": windows,
                "riders": riders,
                "opts": self.model._meta,
            }
            return TemplateResponse(request, "transport_direct/admin_cancel.html", context)
        actor, at = f"user:{request.user.pk}", clock.now()
        for window in windows:
            operations.cancel_window(window=window, actor=actor, at=at)
            messages.success(request, _("%(window)s is cancelled.") % {"window": window})
        return None


@admin.register(ShuttleDeparture)
class ShuttleDepartureAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "shuttle__line__organisation"
    list_display = ("shuttle", "left_at", "people", "seats", "due_at", "still_waiting")
    list_filter = ("shuttle__line",)
    list_select_related = ("shuttle__line", "shuttle__pattern__line")
    search_fields = ("shuttle__line__slug",)
    fields = (
        "shuttle", "seats", "due_at", "left_at", "people", "still_waiting", "window", "by_whom",
    )  # fmt: skip
    date_hierarchy = "left_at"
    show_full_result_count = False

    @admin.display(description=_("said by"))
    def by_whom(self, departure: ShuttleDeparture) -> str:
        return identity.names_of([departure.said_by])[departure.said_by]
