"""Orders in the admin: the whole story of each, and cancelling through the site's own operation."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.ledger import queries as ledger
from bookings.orders.models import Line, Order, State


class LineInline(ReadOnlyAdmin, ScopedAdmin, StackedInline):
    model = Line
    organisation_path = "supplier"
    extra = 0
    fields = (
        "state", "kind", "supplier", "starts_at", "ends_at", "units", "price_fen", "holds_words",
        "cancelled_parts", "used_parts", "is_sample",
    )  # fmt: skip
    readonly_fields = ("holds_words",)
    show_change_link = True

    @admin.display(description=_("Holds (bucket: units, returned)"))
    def holds_words(self, line: Line) -> str:
        rows = line.holds.order_by("bucket_id")
        return ", ".join(f"{h.bucket_id}: {h.units}, {h.released}" for h in rows)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """One order with everything that happened to it. Changes go through the site's operations."""

    organisation_path = "lines__supplier"
    list_display = ("code", "placed_at", "state_words", "total_fen", "contact_masked", "channel")
    list_filter = ("channel", "region")
    search_fields = ("code",)
    date_hierarchy = "placed_at"
    show_full_result_count = False
    fields = (
        "code", "state_words", "region", "placed_at", "due_at", "paid_at", "total_fen",
        "due_now_fen", "currency", "contact_masked", "language", "channel", "payments", "codes",
        "refunds_words", "books", "site_page",
    )  # fmt: skip
    readonly_fields = (
        "state_words", "payments", "codes", "refunds_words", "books", "site_page",
    )  # fmt: skip
    inlines = (LineInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).prefetch_related("lines")

    @admin.display(description=_("State"))
    def state_words(self, order: Order) -> str:
        return order.get_state_display()

    @admin.display(description=_("Payments"))
    def payments(self, order: Order) -> SafeString:
        rows = [
            (a.created_at, a.provider, a.get_state_display(), a.amount_fen, a.refunded_fen)
            for a in order.attempts.order_by("pk")
        ]
        return format_html_join("\n", "<div>{:%Y-%m-%d %H:%M:%S} {} {} {} ({})</div>", rows)

    @admin.display(description=_("Codes and entries"))
    def codes(self, order: Order) -> SafeString:
        rows = [
            (v.zone, v.get_state_display(), v.entries_used, v.entries_allowed)
            for line in order.lines.all()
            for v in line.vouchers.order_by("pk")
        ]
        return format_html_join("\n", "<div>{} {} {}/{}</div>", rows)

    @admin.display(description=_("Refunds"))
    def refunds_words(self, order: Order) -> SafeString:
        rows = [
            (r.created_at, r.get_reason_display(), r.amount_fen, r.get_state_display())
            for r in order.refunds.order_by("pk")
        ]
        return format_html_join("\n", "<div>{:%Y-%m-%d %H:%M:%S} {} {} {}</div>", rows)

    @admin.display(description=_("Ledger"))
    def books(self, order: Order) -> SafeString:
        rows = [
            (entry.at, entry.memo, " ".join(f"{p.account} {p.amount_fen:+d}" for p in entry.postings.all()))
            for entry in ledger.entries_of(order.subject)
        ]  # fmt: skip
        return format_html_join("\n", "<div>{:%Y-%m-%d %H:%M:%S} {}: {}</div>", rows)

    @admin.display(description=_("Cancel and refund"))
    def site_page(self, order: Order) -> SafeString:
        if order.state not in (State.CONFIRMED, State.USED):
            return format_html("–")
        url = reverse("admin:bookings_refunds_refund_cancel", args=[order.pk])
        return format_html('<a class="button" href="{}">{}</a>', url, _("Cancel parts and refund"))
