"""Operators' view of what was found the evening before, and when each region looks."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.prechecks.models import Check, Finding, Timing


@admin.register(Timing)
class TimingAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A region's hour holds for all houses in it.")
    list_display = ("region", "begins")
    fields = list_display
    list_select_related = ("region",)
    search_fields = ("region__name_zh", "region__name_en")


@admin.register(Check)
class CheckAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "voucher__line__supplier"
    queues = (Queue(_("Something missing"), {"is_short__exact": 1, "settled_at__isnull": "True"}),)
    list_display = ("holder", "day", "line", "words", "checked_at", "settled_at")
    fields = ("voucher", "day", "words", "is_short", "checked_at", "settled_at")
    readonly_fields = fields
    list_filter = ("is_short", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("voucher__carrier", "voucher__line__order")
    search_fields = ("voucher__carrier__holder", "voucher__line__order__code")
    date_hierarchy = "day"
    show_full_result_count = False

    @admin.display(description=_("holder"))
    def holder(self, row: Check) -> str:
        return row.voucher.carrier.holder or "–"

    @admin.display(description=_("order line"))
    def line(self, row: Check) -> str:
        return str(row.voucher.line)

    @admin.display(description=_("found"))
    def words(self, row: Check) -> str:
        return ", ".join(str(Finding(each).label) for each in row.found) or "–"
