"""Issuer keys in the admin: to look at, and to rotate."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.codes import operations
from bookings.codes.models import IssuerKey
from kernel import clock


@admin.register(IssuerKey)
class IssuerKeyAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("One set of keys signs the codes of the whole platform.")
    list_display = ("kid", "created_at", "retired_at")
    fields = ("kid", "public", "created_at", "retired_at")
    actions = ("rotate",)

    @admin.action(description=_("Sign new codes with a new key"))
    def rotate(self, request: HttpRequest, queryset: QuerySet[IssuerKey]) -> None:
        actor = f"user:{request.user.pk}"
        row = operations.rotate(actor=actor, at=clock.now(), retire_old=False)
        messages.success(request, _("New codes are signed with key %(kid)s.") % {"kid": row.kid})
