"""Groups that agencies and schools have sent: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from tourism.tickets.models import Group


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = ("name", "organisation", "size", "faults", "order", "sent_at")
    list_filter = ("organisation",)
    list_select_related = ("organisation", "order")
    date_hierarchy = "sent_at"
    search_fields = ("name", "order__code")
    exclude = ("people", "request_key")
    show_full_result_count = False

    @admin.display(description=_("persons"))
    def size(self, row: Group) -> int:
        return len(row.people)

    @admin.display(description=_("rejected rows"))
    def faults(self, row: Group) -> int:
        return len(row.rejected)
