"""Issuer keys in the admin: to read, to rotate, to revoke."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import actors
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.codes import operations
from bookings.codes.models import IssuerKey
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
