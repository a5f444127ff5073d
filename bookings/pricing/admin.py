"""The nightly audits of prices in the admin: to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.pricing.models import PriceAudit


@admin.register(PriceAudit)
class PriceAuditAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("An audit looks at the prices of every supplier.")
    list_display = ("made_at", "pairs", "unpriced", "differing", "is_clean")
    fields = ("made_at", "pairs", "unpriced", "differing", "examples")
    readonly_fields = fields
    search_fields = ("examples",)
    date_hierarchy = "made_at"
    show_full_result_count = False

    @admin.display(description=_("equal for everybody"), boolean=True)
    def is_clean(self, row: PriceAudit) -> bool:
        return row.is_clean
