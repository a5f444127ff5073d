"""Operators' hands on scenic areas: texts, hours, closures, gates, notices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations import queries as organisations
from accounts.organisations.scoping import ScopedAdmin
from bookings.pricing.publishing import PublishesPrices
from kernel import clock
from kernel.web.fields import YuanField
from kernel.web.inlines import TabularInline
from tourism.areas import operations
from tourism.areas.confirming import SourcedAdmin
from tourism.areas.models import (
    Cableway,
    Closure,
    Gate,
    JointScan,
    Notice,
    OpeningHours,
    ScenicArea,
)


class OpeningHoursInline(ScopedAdmin, TabularInline):
    model = OpeningHours
    organisation_path = "area__organisation"
    extra = 0


class ClosureInline(ScopedAdmin, TabularInline):
    model = Closure
    organisation_path = "area__organisation"
    extra = 0


@admin.register(ScenicArea)
class ScenicAreaAdmin(SourcedAdmin, PublishesPrices, ModelAdmin):
    """An area belongs to its place and region for good; the platform adds areas. Its seasons are those
    of its prices."""

    list_display = ("name_zh", "name_en", "level", "kind", "organisation", "is_confirmed")
    list_filter = ("kind", "level", "region")
    list_select_related = ("organisation",)
    search_fields = ("slug", "name_zh", "name_en")
    autocomplete_fields = ("place",)
    inlines = (OpeningHoursInline, ClosureInline)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organisations.sees_all(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["region", "slug", "place", "part_of"] if obj else []
        if not organisations.sees_all(request.user):
            fixed.append("organisation")
        return [*super().get_readonly_fields(request, obj), *fixed]


class OfAnArea(SourcedAdmin):
    """Rows that stay with their area and their places; the platform, which keeps the gazetteer,
    adds them."""

    organisation_path = "area__organisation"
    list_select_related = ("area",)
    show_full_result_count = False
    fixed: tuple[str, ...] = ("area", "slug")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organisations.sees_all(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(self.fixed if obj else ())]


@admin.register(Gate)
class GateAdmin(OfAnArea, ModelAdmin):
    list_display = ("name_zh", "name_en", "area", "scans", "asks_first", "is_confirmed")
    search_fields = ("name_zh", "name_en", "area__name_zh", "area__name_en")
    autocomplete_fields = ("area", "place")
    fixed = ("area", "slug", "place")


class CablewayForm(forms.ModelForm):
    peak_adult_fen = YuanField(label=_("Adult, peak season (yuan)"))
    peak_child_fen = YuanField(label=_("Child, peak season (yuan)"))
    off_adult_fen = YuanField(label=_("Adult, off season (yuan)"))
    off_child_fen = YuanField(label=_("Child, off season (yuan)"))


@admin.register(Cableway)
class CablewayAdmin(OfAnArea, ModelAdmin):
    form = CablewayForm
    list_display = ("name_zh", "name_en", "area", "kind", "ride_min", "is_confirmed")
    search_fields = ("name_zh", "name_en", "area__name_zh", "area__name_en")
    autocomplete_fields = ("area", "from_place", "to_place")
    fixed = ("area", "slug", "from_place", "to_place")


@admin.register(JointScan)
class JointScanAdmin(ScopedAdmin, ModelAdmin):
    """What one scan uses up together: gate, cableway and bus, as the area wants it."""

    organisation_path = "area__organisation"
    list_display = ("place", "used_too", "area")
    list_filter = ("area",)
    list_select_related = ("area", "gate__area", "station__area", "also__area")
    search_fields = ("area__name_zh", "area__name_en")
    autocomplete_fields = ("area", "gate", "station", "also")
    show_full_result_count = False

    @admin.display(description=_("scanned at"))
    def place(self, row: JointScan) -> str:
        return str(row.gate or row.station)

    @admin.display(description=_("is good for"))
    def used_too(self, row: JointScan) -> str:
        return str(row.also or row.area)


@admin.register(Notice)
class NoticeAdmin(ScopedAdmin, ModelAdmin):
    organisation_path = "area__organisation"
    list_display = ("title_zh", "title_en", "area", "urgency", "valid_from", "valid_until")
    list_filter = ("urgency",)
    list_select_related = ("area",)
    search_fields = ("title_zh", "title_en")
    autocomplete_fields = ("area",)
    date_hierarchy = "valid_from"

    def save_model(self, request: HttpRequest, obj: Notice, form: Any, change: bool) -> None:
        operations.announce(notice=obj, actor=f"user:{request.user.pk}", at=clock.now())
