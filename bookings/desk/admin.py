"""Blocks of reserved numbers in the admin, to read: which are not accounted for yet."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.desk.models import BlockNumber, NumberBlock


class NumberInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    organisation_path = "block__organisation"
    model = BlockNumber
    fields = ("number", "order", "state", "sold_at", "name_trouble")
    readonly_fields = fields
    ordering = ("number",)
    extra = 0


@admin.register(NumberBlock)
class NumberBlockAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    queues = (Queue(_("Reserved numbers not accounted for"), {"closed_at__isnull": "True"}),)
    list_display = ("reserved_at", "clerk", "organisation", "kind", "ref", "closed_at")
    fields = ("clerk", "organisation", "kind", "ref", "reserved_at", "closed_at")
    readonly_fields = fields
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("clerk", "organisation")
    search_fields = ("clerk__display_name",)
    date_hierarchy = "reserved_at"
    show_full_result_count = False
    inlines = (NumberInline,)
