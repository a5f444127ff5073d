"""Sums due later in the admin: to read; who is late is a queue."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.dues.models import LaterDue, State
from kernel.web import columns

_AMOUNT = columns.price("amount_fen", _("Amount"))


@admin.register(LaterDue)
class LaterDueAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("The sum is owed by a buyer to the platform.")
    queues = (Queue(_("Sums that buyers still owe"), {"state__exact": State.OPEN}),)
    list_display = ("due_at", "order", "line", _AMOUNT, "state")
    fields = ("order", "line", "position", _AMOUNT, "due_at", "state", "attempt_id", "paid_at")
    readonly_fields = fields
    list_filter = ("state",)
    list_select_related = ("order", "line")
    search_fields = ("order__code",)
    date_hierarchy = "due_at"
    show_full_result_count = False
