"""What suppliers have earned, posting by posting: to read."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.settlement.models import Earning
from kernel.web import columns

_FEN = columns.price("fen", _("Amount"))


@admin.register(Earning)
class EarningAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = ("at", "organisation", "kind", _FEN, "line_id")
    fields = ("at", "organisation", "kind", _FEN, "currency", "line_id", "entry_link", "statement")
    readonly_fields = fields
    list_filter = ("kind", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name_zh", "organisation__name_en")
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("Ledger entry"))
    def entry_link(self, earning: Earning) -> SafeString:
        url = reverse("admin:bookings_ledger_entry_change", args=[earning.entry_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, earning.entry_id)
