"""The audit in the admin: to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from kernel.audit.models import Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("The trail tells of people and of every organisation at once.")
    list_display = ("at", "actor", "action", "subject")
    list_filter = ("action",)
    search_fields = ("actor", "subject")
    date_hierarchy = "at"
    show_full_result_count = False
