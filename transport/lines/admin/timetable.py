"""Operators' hands on the timetable: stop patterns, days, departures."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ScopedAdmin
from bookings.pricing.publishing import PublishesPrices
from kernel import clock
from kernel.web.inlines import TabularInline
from transport.lines import operations, queries
from transport.lines.admin.following import follow_calendar, follow_times
from transport.lines.forms import (
    HeadwayForm,
    PatternStopForm,
    PatternStopFormSet,
    ServiceForm,
    TripForm,
)
from transport.lines.models import (
    Headway,
    Pattern,
    PatternStop,
    Service,
    ServiceDate,
    ShuttleLine,
    TimetableTrip,
)


class PatternStopInline(ScopedAdmin, TabularInline):
    """Times and fares are the operator's; which stops there are is fixed once runs are on sale."""

    model = PatternStop
    form = PatternStopForm
    formset = PatternStopFormSet
    organisation_path = "pattern__line__organisation"
    extra = 0
    autocomplete_fields = ("place",)
    ordering = ("seq",)
    fields = (
        "seq", "place", "bay", "arrives_s", "departs_s", "metres", "fare_fen", "may_board",
        "may_alight",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or not queries.has_runs(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self.has_add_permission(request, obj) else ("seq", "place")


@admin.register(Pattern)
class PatternAdmin(ScopedAdmin, PublishesPrices, ModelAdmin):
    """A pattern stays with its line."""

    organisation_path = "line__organisation"
    list_display = ("slug", "line", "direction", "headsign_zh", "stop_count")
    list_filter = ("direction", "line")
    list_select_related = ("line",)
    search_fields = ("slug", "line__slug", "line__name_zh", "line__name_en")
    autocomplete_fields = ("line",)
    fields = ("line", "slug", "direction", "headsign_zh", "headsign_en")
    inlines = (PatternStopInline,)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_stop_counts(super().get_queryset(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("line", "slug") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        operations.follow_bays(pattern=form.instance, at=clock.now())
        changed = {name for rows in formsets for each in rows.forms for name in each.changed_data}
        form.instance.has_other_times = change and bool({"arrives_s", "departs_s"} & changed)

    def saved(self, request: HttpRequest, obj: Any) -> None:
        """Whoever has booked hears of other times at the stops."""
        super().saved(request, obj)
        if getattr(obj, "has_other_times", False):
            follow_times(request, list(obj.trips.order_by("pk").values_list("pk", flat=True)))

    @admin.display(description=_("stops"))
    def stop_count(self, pattern: Any) -> int:
        return int(pattern.stop_count)


class ServiceDateInline(ScopedAdmin, TabularInline):
    model = ServiceDate
    organisation_path = "service__organisation"
    extra = 0
    ordering = ("date",)


@admin.register(Service)
class ServiceAdmin(ScopedAdmin, ModelAdmin):
    """The days of trips. What no longer has a day is cancelled, and what was paid goes back."""

    form = ServiceForm
    list_display = ("slug", "organisation", "weekdays", "first_date", "last_date")
    list_select_related = ("organisation",)
    search_fields = ("slug",)
    fields = ("organisation", "slug", "weekdays", "first_date", "last_date")
    inlines = (ServiceDateInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation", "slug") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        lines = ShuttleLine.objects.filter(trips__service=form.instance).distinct()
        follow_calendar(request, lines.order_by("pk"))


class HeadwayInline(ScopedAdmin, TabularInline):
    """How often a trip departs; fixed once it has runs."""

    model = Headway
    form = HeadwayForm
    organisation_path = "trip__line__organisation"
    extra = 0
    ordering = ("first_s",)
    fields = ("first_s", "until_s", "every_s", "is_exact")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or not obj.runs.exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)


@admin.register(TimetableTrip)
class TimetableTripAdmin(ScopedAdmin, ModelAdmin):
    """A departure that is on sale moves with its riders; to move it further, end it and add another."""

    form = TripForm
    organisation_path = "line__organisation"
    list_display = ("slug", "line", "pattern", "departure", "service", "valid_from", "valid_until")
    list_filter = ("pattern__direction", "line")
    list_select_related = ("line", "pattern__line", "service")
    search_fields = ("slug", "line__slug", "line__name_zh", "line__name_en")
    autocomplete_fields = ("line", "pattern", "service")
    fields = ("line", "pattern", "slug", "departs_s", "service", "valid_from", "valid_until")
    inlines = (HeadwayInline,)
    show_full_result_count = False

    @admin.display(description=_("departs at"), ordering="departs_s")
    def departure(self, trip: TimetableTrip) -> str:
        return f"{trip.clock:%H:%M}"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("line", "pattern") if obj and obj.runs.exists() else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        follow_calendar(request, [obj.line])
        if change and "departs_s" in form.changed_data:
            follow_times(request, [obj.pk])
