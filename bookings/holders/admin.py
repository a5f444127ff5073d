"""Handings over in the admin, to read: when a pass went from whom to whom. Names are in the orders."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.holders.models import Transfer


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "carrier__vouchers__line__supplier"
    list_display = ("at", "order", "carrier", "number", "actor")
    fields = ("at", "order", "carrier", "number", "from_traveller_id", "to_traveller_id", "actor")
    readonly_fields = fields
    list_select_related = ("carrier__order",)
    search_fields = ("carrier__order__code",)
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("order"))
    def order(self, row: Transfer) -> str:
        return row.carrier.order.code
