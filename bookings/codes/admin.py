"""Issuer keys in the admin: to read, to rotate, to revoke."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import actors
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.codes import operations
from bookings.codes.models import IssuerKey, PhoneKey, Series
from kernel import clock


@admin.register(IssuerKey)
class IssuerKeyAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = "One set of keys signs the codes of all organisations."
    list_display = ("kid", "created_at", "retired_at", "revoked_at")
    search_fields = ("kid",)
    fields = ("kid", "public", "created_at", "retired_at", "revoked_at")
    actions = ("rotate", "revoke")

    @admin.action(description=_("Sign with a new key; codes of the old one stay good"))
    def rotate(self, request: HttpRequest, queryset: QuerySet[IssuerKey]) -> None:
        key = operations.rotate(actor=actors.actor_of(request), at=clock.now())
        messages.success(request, _("Codes are signed with key %(kid)s now.") % {"kid": key.kid})

    @admin.action(description=_("Revoke: every code signed with the chosen keys is dead"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[IssuerKey]) -> None:
        for key in queryset:
            operations.revoke(kid=key.kid, actor=actors.actor_of(request), at=clock.now())
        messages.success(request, _("The chosen keys are revoked."))


class BySerial(ModelAdmin):
    """Found by the whole serial only, as the audit and the codes name it: these tables are long."""

    search_fields = ("serial",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(serial=UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, BySerial):
    platform_only_because = (
        "A pass may carry rights of several houses; its series is of none of them."
    )
    list_display = ("serial", "sequence", "last_day", "changed_at")
    fields = list_display
    readonly_fields = fields
    date_hierarchy = "last_day"
    show_full_result_count = False


@admin.register(PhoneKey)
class PhoneKeyAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, BySerial):
    platform_only_because = "Which phone shows a person's pass is no business of a single house."
    list_display = ("serial", "sequence", "bound_at", "replaced_at")
    fields = ("serial", "public", "sequence", "bound_at", "replaced_at")
    readonly_fields = fields
    list_filter = (("replaced_at", admin.EmptyFieldListFilter),)
    date_hierarchy = "bound_at"
    show_full_result_count = False
