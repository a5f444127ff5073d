"""Organisations and their members in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations import operations
from accounts.organisations.models import Membership, Organisation
from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from kernel import clock


class MemberInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    model = Membership
    extra = 0
    fields = ("user", "role")


@admin.register(Organisation)
class OrganisationAdmin(ScopedAdmin, ModelAdmin):
    """The platform founds and corrects them; their own people look."""

    organisation_path = "pk"
    list_display = ("slug", "name_zh", "name_en", "kind", "region")
    list_filter = ("kind", "region")
    list_select_related = ("region",)
    search_fields = ("slug", "name_zh", "name_en")
    inlines = (MemberInline,)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_platform(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_platform(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(ScopedAdmin, ModelAdmin):
    """Who works for whom. The platform adds people; an organisation can end a membership."""

    list_display = ("user", "organisation", "role")
    list_filter = ("role", "organisation")
    list_select_related = ("user", "organisation")
    search_fields = ("user__login_name", "user__display_name", "organisation__slug")
    autocomplete_fields = ("user", "organisation")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_platform(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        made = operations.employ(
            user=obj.user,
            organisation=obj.organisation,
            role=obj.role,
            by=_actor(request),
            at=clock.now(),
        )
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        operations.dismiss(membership=obj, by=_actor(request), at=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset.select_related("user"):
            self.delete_model(request, membership)


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
