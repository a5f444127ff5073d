"""The ledger in the admin: to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.ledger.models import Entry, Posting
from kernel.web import columns


class PostingInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = Posting
    extra = 0
    fields = ("account", columns.price("amount_fen", _("Amount")), "currency")
    readonly_fields = fields


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("An entry has legs of several organisations.")
    list_display = ("at", "memo", "subject", "key")
    search_fields = ("subject", "key")
    date_hierarchy = "at"
    show_full_result_count = False
    inlines = (PostingInline,)
