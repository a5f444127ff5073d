"""Operators' hands on vehicles, drivers and their papers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import Queue, ScopedAdmin
from kernel import clock
from transport.fleet import queries
from transport.fleet.models import Driver, Paper, Vehicle


@admin.register(Vehicle)
class VehicleAdmin(ScopedAdmin, ModelAdmin):
    """A vehicle stays with its operator and keeps its plate; one that is sold goes out of service."""

    list_display = (
        "plate", "sign", "organisation", "seats", "lap_places", "luggage_places", "is_retired",
    )  # fmt: skip
    list_filter = ("is_retired", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("plate", "sign")
    fields = (
        "organisation", "plate", "sign", "telephone", "seats", "lap_places", "luggage_places",
        "is_retired",
    )  # fmt: skip
    actions: ClassVar[list[Any]] = []  # rooms above add theirs

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation", "plate") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Driver)
class DriverAdmin(ScopedAdmin, ModelAdmin):
    """Who drives. Whether they may is in their papers. Who signs in as them is the platform's to say: a
    desk sees nobody's account, and could neither choose one nor save a driver who has one."""

    list_display = ("name", "organisation", "user", "is_retired")
    list_filter = ("is_retired", "organisation")
    list_select_related = ("organisation", "user")
    search_fields = ("name",)
    raw_id_fields = ("user",)
    fields = ("organisation", "name", "user", "is_retired")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = ("organisation",) if obj else ()
        return fixed if self.is_platform(request) else (*fixed, "user")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RunsOut(admin.SimpleListFilter):
    """Papers that end within thirty days, or have ended, and that are not renewed."""

    title = _("end")
    parameter_name = "runs_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("True", _("within 30 days, or over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(runs_out=True) if self.value() == "True" else queryset


@admin.register(Paper)
class PaperAdmin(ScopedAdmin, ModelAdmin):
    """A renewal is another paper; what was wrong is corrected, and warned of anew."""

    queues = (Queue(_("Papers that run out"), {"runs_out": "True"}),)
    list_display = ("kind", "holder", "number", "valid_from", "valid_until", "organisation")
    list_filter = (RunsOut, "kind", "organisation")
    list_select_related = ("organisation", "vehicle", "driver")
    search_fields = ("number", "vehicle__plate", "driver__name")
    autocomplete_fields = ("vehicle", "driver")
    ordering = ("valid_until", "pk")
    date_hierarchy = "valid_until"
    fields = ("organisation", "kind", "vehicle", "driver", "number", "valid_from", "valid_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_ends(super().get_queryset(request), at=clock.now())

    @admin.display(description=_("of"))
    def holder(self, paper: Paper) -> str:
        return paper.holder

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation", "kind", "vehicle", "driver") if obj else ()

    def save_model(self, request: HttpRequest, obj: Paper, form: Any, change: bool) -> None:
        if "valid_until" in form.changed_data:
            obj.warned_at = None
        super().save_model(request, obj, form, change)
