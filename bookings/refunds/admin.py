"""Refunds in the admin: to read, and to send again when one is stuck."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.refunds import operations
from bookings.refunds.models import Refund, RefundState
from kernel import clock


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A refund is for a whole order, which may have several suppliers.")
    queues = (
        Queue(_("Refunds that are stuck"), {"state__exact": RefundState.FAILED}),
        Queue(_("Refunds being sent"), {"state__exact": RefundState.SENDING}),
    )
    list_display = ("created_at", "order", "amount_fen", "reason", "state")
    list_filter = ("state", "reason")
    list_select_related = ("order",)
    search_fields = ("order__code",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ("send_again",)

    @admin.action(description=_("Send again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Refund]) -> None:
        for refund in queryset:
            operations.send_again(refund_id=refund.pk, at=clock.now())
        messages.success(request, _("Stuck refunds are being sent again."))
