"""Operators' hands on the live crowd: how areas are counted, what is done when they fill, facilities.

Who is inside, levels and stops are made on the board; here they are looked at.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.models import DESK_ROLES, Membership
from accounts.organisations.scoping import Queue, ScopedAdmin
from kernel import clock
from tourism.areas.confirming import SourcedAdmin
from tourism.crowd.models import Crossing, Facility, Measure, Stop, StopState, Watch

_BY_AREA = ("area__name_zh", "area__name_en", "area__slug")


class OfAnArea(ScopedAdmin):
    """Rows of an area."""

    organisation_path = "area__organisation"
    show_full_result_count = False


class Seen(OfAnArea):
    """Rows that nobody adds, changes or takes away here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WatchForm(forms.ModelForm):
    """The levels rise, and the cap is a number of people."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        levels = [cleaned.get(f"{name}_percent") or 0 for name in ("first", "second", "third")]
        if levels != sorted(set(levels)):
            raise forms.ValidationError(_("Each level begins above the one before."))
        if (cleaned.get("margin_percent") or 0) >= levels[0]:
            self.add_error("margin_percent", _("The margin is less than the first level."))
        return cleaned


@admin.register(Watch)
class WatchAdmin(SourcedAdmin, ModelAdmin):
    form = WatchForm
    organisation_path = "area__organisation"
    show_full_result_count = False
    search_fields = _BY_AREA
    autocomplete_fields = ("area",)
    list_select_related = ("area",)
    list_display = (
        "area", "instant_cap", "scans_exits", "first_percent", "second_percent", "third_percent",
        "confidence", "is_confirmed",
    )  # fmt: skip
    list_filter = ("confidence",)

    def save_model(self, request: HttpRequest, obj: Watch, form: Any, change: bool) -> None:
        """Who sets a cap stands by it."""
        if "instant_cap" in form.changed_data:
            obj.confirmed_at, obj.confirmed_by = clock.now(), f"user:{request.user.pk}"
        super().save_model(request, obj, form, change)


@admin.register(Measure)
class MeasureAdmin(OfAnArea, ModelAdmin):
    list_display = ("__str__", "area", "level", "owner")
    list_filter = ("level",)
    list_select_related = ("area", "owner")
    autocomplete_fields = ("area",)
    search_fields = (*_BY_AREA, "text_zh", "text_en")

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        """Who may be called: people at the desks of the areas one sees."""
        rows = super().get_field_queryset(db, db_field, request)
        if db_field.name != "owner":
            return rows
        members = Membership.objects.filter(role__in=DESK_ROLES, user__is_active=True)
        if not self.is_platform(request):
            own = members.filter(user=request.user.pk).values("organisation")
            members = members.filter(organisation__in=own)
        return db_field.remote_field.model._default_manager.filter(pk__in=members.values("user"))


@admin.register(Facility)
class FacilityAdmin(OfAnArea, ModelAdmin):
    list_display = ("name_zh", "name_en", "area", "kind", "hours")
    list_filter = ("kind",)
    list_select_related = ("area",)
    search_fields = (*_BY_AREA, "name_zh", "name_en")
    autocomplete_fields = ("area", "place")

    @admin.display(description=_("open"))
    def hours(self, row: Facility) -> str:
        return row.hours


@admin.register(Crossing)
class CrossingAdmin(Seen, ModelAdmin):
    list_display = ("area", "level_from", "level_to", "people", "cap", "at")
    list_filter = ("level_to",)
    search_fields = _BY_AREA
    list_select_related = ("area",)
    date_hierarchy = "at"


@admin.register(Stop)
class StopAdmin(Seen, ModelAdmin):
    queues = (
        Queue(
            _("Stops that wait for a second person"),
            {"state__exact": "STANDING", "needs_second__exact": 1, "confirmed_at__isnull": "True"},
        ),
    )
    list_display = (
        "__str__", "area", "state", "affected", "needs_second", "confirmed_at", "report",
    )  # fmt: skip
    list_filter = ("state", "needs_second")
    search_fields = _BY_AREA
    list_select_related = ("area__region", "gate", "cableway")
    date_hierarchy = "made_at"

    @admin.display(description=_("report"))
    def report(self, row: Stop) -> str:
        if row.state == StopState.UNDONE:
            return ""
        url = reverse("areas:stop-report", args=(row.area_id, row.pk))
        return format_html('<a href="{}">{}</a>', url, _("Report"))
