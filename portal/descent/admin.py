"""Operators' hands on mountains: figures and ways to set right, then to confirm; shortfalls to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from kernel import clock
from kernel.web.inlines import TabularInline
from portal.descent import operations
from portal.descent.models import Mountain, Shortfall, Way


class WayInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    """Whose ways lead to a mountain is the platform's to say: they are of several houses."""

    model = Way
    organisation_path = "mountain__organisation"
    fields = ("cableway", "shuttle", "goes")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related("cableway", "shuttle__line", "shuttle__pattern__line")


@admin.register(Mountain)
class MountainAdmin(ScopedAdmin, ModelAdmin):
    list_display = ("name_zh", "organisation", "stay_min", "reserve", "lead_min", "is_confirmed")
    list_filter = ("region",)
    list_select_related = ("organisation", "region")
    search_fields = ("slug", "name_zh", "name_en")
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
    inlines = (WayInline,)
    actions = ("confirm_rows",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.readonly_fields, "region", "organisation", "slug"]

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, mountain: Mountain) -> bool:
        return not mountain.is_sample

    @admin.action(description=_("Confirm: sell nobody up who cannot come down"))
    def confirm_rows(self, request: HttpRequest, queryset: QuerySet[Mountain]) -> None:
        actor, at = f"user:{request.user.pk}", clock.now()
        for mountain in queryset.order_by("pk"):
            operations.confirm(mountain=mountain, actor=actor, at=at)
        messages.success(request, _("It is written down."))


@admin.register(Shortfall)
class ShortfallAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "mountain__organisation"
    queues = (
        Queue(_("Mountains that not everybody comes down from"), {"ended_at__isnull": "True"}),
    )
    list_display = ("mountain", "date", "raised_at", "people", "places", "buses", "ended_at")
    list_filter = ("mountain",)
    list_select_related = ("mountain",)
    search_fields = ("mountain__slug",)
    fields = ("mountain", "date", "raised_at", "people", "places", "buses", "ended_at")
    date_hierarchy = "date"
    show_full_result_count = False
