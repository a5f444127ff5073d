"""Shares in the admin: to read; who has paid, and who is still to."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.shares.models import Division, Share
from kernel.web import columns

_AMOUNT = columns.price("amount_fen", _("Amount"))


class ShareInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = Share
    fields = ("name", _AMOUNT, "state", "paid_at")
    readonly_fields = fields
    extra = 0


@admin.register(Division)
class DivisionAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("The shares are owed by buyers to the platform.")
    list_display = ("created_at", "order", "rule", "closes_at")
    fields = ("order", "rule", "closes_at", "actor", "created_at")
    readonly_fields = fields
    inlines = (ShareInline,)
    list_filter = ("rule",)
    list_select_related = ("order",)
    search_fields = ("order__code",)
    date_hierarchy = "created_at"
    show_full_result_count = False
