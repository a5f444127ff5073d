"""The waiting list in the admin: who waits, what was decided, who tries to stand in it twice. To look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.waitlist.models import Decision, Entry, Handover, OddsTable, Try
from kernel.web import columns

_LIMIT = columns.price("limit_fen", _("at most"))
_BACK = columns.price("refund_fen", _("comes back"))
_FEE = columns.price("fee_fen", _("kept for it"))


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = ("id", "organisation", "size", "state", _LIMIT, "joined_at", "served_at")
    list_filter = ("state", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("organisation__slug", "contact_masked")
    date_hierarchy = "joined_at"
    fields = (
        "organisation", "kind", "size", "things", "state", _LIMIT, "pay_by", "pay_trouble",
        "contact_masked", "joined_at", "served_at", "ended_at",
    )  # fmt: skip
    readonly_fields = fields
    show_full_result_count = False
    queues = (Queue(_("Parties that wait"), {"state__exact": "WAITING"}),)

    @admin.display(description=_("wishes"))
    def things(self, entry: Entry) -> str:
        return "; ".join(f"{wish} {wish.starts_at:%Y-%m-%d %H:%M}Z" for wish in entry.wishes.all())


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A bucket's line may have parties of several sellers.")
    list_display = (
        "id", "at", "return_id", "bucket_id", "free", "outcome", "entry_id", "units", "words",
    )  # fmt: skip
    list_filter = ("outcome",)
    search_fields = ("words", "reason")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(Try)
class TryAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = ("scope", "organisation", "times", "first_at", "last_at")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    search_fields = ("scope", "organisation__slug")
    fields = ("scope", "organisation", "actor", "times", "first_at", "last_at")
    readonly_fields = fields
    date_hierarchy = "last_at"
    show_full_result_count = False
    queues = (Queue(_("Tries to wait twice")),)


@admin.register(OddsTable)
class OddsTableAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A table may have been learnt from all sellers of a region.")
    list_display = (
        "id",
        "region",
        "organisation",
        "kind",
        "version",
        "looks",
        "served",
        "learnt_at",
    )
    list_filter = ("kind",)
    list_select_related = ("region", "organisation")
    search_fields = ("kind", "organisation__slug")
    date_hierarchy = "learnt_at"
    show_full_result_count = False


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = ("id", "line", "organisation", "state", _BACK, _FEE, "offered_at", "ended_at")
    list_filter = ("state", "organisation")
    list_select_related = ("line", "organisation")
    search_fields = ("organisation__slug", "line__order__code")
    date_hierarchy = "offered_at"
    fields = (
        "line", "part_key", "organisation", "state", _BACK, _FEE, "entry", "offered_at", "ended_at",
    )  # fmt: skip
    readonly_fields = fields
    show_full_result_count = False
    queues = (Queue(_("Offered to the waiting list"), {"state__exact": "OPEN"}),)
