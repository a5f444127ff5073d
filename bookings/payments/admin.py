"""Payments in the admin: to read. Money is never edited."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.payments.models import Attempt, ProviderEvent

_WHY = _("A payment is for a whole order, which may have several suppliers.")


class ProviderEventInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = ProviderEvent
    extra = 0
    fields = ("received_at", "event_id", "kind", "state")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("created_at", "order", "provider", "state", "amount_fen", "refunded_fen")
    list_filter = ("provider", "state")
    list_select_related = ("order",)
    search_fields = ("token", "provider_ref", "order__code")
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = (ProviderEventInline,)


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("received_at", "provider", "event_id", "kind", "state")
    list_filter = ("provider", "state")
    search_fields = ("event_id",)
    date_hierarchy = "received_at"
    show_full_result_count = False
