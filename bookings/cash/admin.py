"""Shifts and what they have to pay out, in the admin: to read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.cash.models import Payout, Shift
from kernel.web import columns
from kernel.web.templatetags.quanyu import money

_FLOAT = columns.price("float_fen", _("Change at the beginning"))
_TAKEN = columns.price("taken_fen", _("Taken"))
_PAID_OUT = columns.price("paid_out_fen", _("Paid out"))
_COUNTED = columns.price("counted_fen", _("Counted at the end"))
_FEN = columns.price("fen", _("Amount"))


@admin.register(Shift)
class ShiftAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = (
        "opened_at",
        "clerk",
        "organisation",
        _TAKEN,
        _PAID_OUT,
        "difference",
        "closed_at",
    )
    fields = (
        "clerk", "organisation", "opened_at", _FLOAT, _TAKEN, _PAID_OUT, "closed_at", _COUNTED,
        "difference", "note",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("clerk", "organisation")
    search_fields = ("clerk__display_name", "organisation__name_zh")
    date_hierarchy = "opened_at"
    show_full_result_count = False

    @admin.display(description=_("difference"))
    def difference(self, shift: Shift) -> str:
        return money(shift.difference_fen)


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "taking__shift__organisation"
    queues = (Queue(_("Cash that buyers have not fetched"), {"paid_at__isnull": "True"}),)
    list_display = ("asked_at", "taking", _FEN, "paid_at", "shift")
    fields = ("taking", _FEN, "asked_at", "paid_at", "shift", "token")
    readonly_fields = fields
    list_filter = (("paid_at", admin.EmptyFieldListFilter),)
    list_select_related = ("taking", "shift__clerk")
    search_fields = ("taking__words",)
    date_hierarchy = "asked_at"
    show_full_result_count = False
