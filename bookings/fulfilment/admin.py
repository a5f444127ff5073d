"""Order lines by where they stand, in the admin: what waits for its supplier is a queue."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.fulfilment import queries
from bookings.fulfilment.models import LineRefusal
from bookings.orders.models import Line, State
from kernel.web import columns

_PRICE = columns.price("price_fen", _("Price"))


@admin.register(Line)
class LineAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """Each supplier's own lines."""

    organisation_path = "supplier"
    queues = (
        Queue(_("Lines that wait for their supplier"), {"state__exact": State.AWAITING_SUPPLIER}),
    )
    list_display = ("order", "__str__", "supplier", "starts_at", "state", "answer_by", _PRICE)
    fields = (
        "order_link", "supplier", "state", "answer_by", "refusal_words", "starts_at", "ends_at",
        "units", _PRICE, "cancelled_parts", "used_parts", "is_sample",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state",)
    list_select_related = ("order", "supplier")
    search_fields = ("order__code",)
    date_hierarchy = "starts_at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Line]:
        found: QuerySet[Line] = super().get_queryset(request)
        return found.order_by("starts_at", "pk")

    @admin.display(description=_("to be answered by"))
    def answer_by(self, line: Line) -> datetime | None:
        if line.state != State.AWAITING_SUPPLIER or line.order.paid_at is None:
            return None
        return queries.answer_by(line, paid_at=line.order.paid_at)

    @admin.display(description=_("why it was refused"))
    def refusal_words(self, line: Line) -> str:
        found = LineRefusal.objects.filter(line=line).first()
        return found.reason if found else ""

    @admin.display(description=_("order"))
    def order_link(self, line: Line) -> SafeString:
        url = reverse("admin:bookings_orders_order_change", args=[line.order_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, line.order)
