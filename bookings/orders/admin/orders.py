"""Orders in the admin: the whole story of each, and cancelling through the site's own operation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline

from accounts.identity import phones
from accounts.identity import queries as identity
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.contracts import Payer
from bookings.inventory.models import Channel
from bookings.ledger import queries as ledger
from bookings.ledger.telling import account_words, memo_words
from bookings.orders import operations, queries
from bookings.orders.models import Flag, Line, Order, State
from kernel import clock
from kernel.errors import Refusal
from kernel.naming import say
from kernel.web import columns
from kernel.web.templatetags.quanyu import money

_TOTAL = columns.price("total_fen", _("Total"))
_TO_PAY = columns.price("due_now_fen", _("To pay now"))
_PRICE = columns.price("price_fen", _("Price"))

_TO_CANCEL = (State.PAID, State.AWAITING_SUPPLIER, State.CONFIRMED, State.USED)
_CHANNEL = columns.words("channel", _("Sold by"), dict(Channel.choices))
_LANGUAGE = columns.words("language", _("Language"), dict(settings.LANGUAGES))

_OWN: tuple[Any, ...] = (
    "code", "state_words", "region", "placed_at", "due_at", "paid_at", "own_price", "currency",
    "contact_masked", _LANGUAGE, _CHANNEL, "codes", "own_refunds", "invoices_words", "site_page",
)  # fmt: skip
_WHOLE: tuple[Any, ...] = (
    "code", "state_words", "region", "placed_at", "due_at", "paid_at", _TOTAL,
    _TO_PAY, "currency", "contact_masked", _LANGUAGE, _CHANNEL, "flag", "flag_link",
    "looked_at", "payments", "codes", "refunds_words", "invoices_words", "books", "site_page",
)  # fmt: skip


class LineScope(ScopedAdmin, ModelAdmin):
    """The scope of order lines: each supplier's own."""

    organisation_path = "supplier"


class LineInline(ReadOnlyAdmin, ScopedAdmin, StackedInline):
    model = Line
    organisation_path = "supplier"
    extra = 0
    fields = (
        "state", "supplier", "starts_at", "ends_at", "units", _PRICE, "holds_words",
        "discount_words", "cancelled_words", "used_words", "is_sample",
    )  # fmt: skip
    readonly_fields = (_PRICE, "holds_words", "discount_words", "cancelled_words", "used_words")
    show_change_link = True

    @admin.display(description=_("Places held"))
    def holds_words(self, line: Line) -> str:
        counted = {bucket for _key, each in line.discounts for bucket in each.counted}
        kept = [h.units - h.released for h in line.holds.all() if h.bucket_id not in counted]
        return str(max(kept, default=0))

    @admin.display(description=_("Discounts"))
    def discount_words(self, line: Line) -> SafeString:
        return _story(
            (_parts(line, [key]), say(each.title), money(each.fen), Payer(each.payer).label)
            for key, each in line.discounts
        )

    @admin.display(description=_("Cancelled"))
    def cancelled_words(self, line: Line) -> str:
        return _parts(line, line.cancelled_parts)

    @admin.display(description=_("Used"))
    def used_words(self, line: Line) -> str:
        return _parts(line, line.used_parts)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """One order with everything that happened to it. Changes go through the site's operations."""

    organisation_path = "lines__supplier"
    list_display = (
        "code", "placed_at", "state_words", "own_price", "contact_masked", _CHANNEL, "flag",
    )  # fmt: skip
    list_filter = ("lines__state", "placed_at", "flag", "channel", "region")
    queues = (
        Queue(_("Orders with a disputed payment"), {"flag__exact": Flag.DISPUTED}),
        Queue(_("Orders whose money was returned without us"), {"flag__exact": Flag.RETURNED}),
    )
    search_fields = ("code",)
    search_help_text = _("Order number, or the buyer’s whole phone number")
    date_hierarchy = "placed_at"
    show_full_result_count = False
    readonly_fields = (
        _TOTAL, _TO_PAY, _CHANNEL, _LANGUAGE, "state_words", "own_price", "payments", "codes",
        "refunds_words", "own_refunds", "invoices_words", "books", "site_page", "flag_link", "looked_at",
    )  # fmt: skip
    inlines = (LineInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Orders with those of their lines that the person may see, and no others."""
        lines = LineScope(Line, self.admin_site).get_queryset(request)  # type: ignore[call-arg]
        orders = super().get_queryset(request).select_related("region")
        return orders.prefetch_related(Prefetch("lines", lines.order_by("position")))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """By order number, or by the buyer's phone: whole, since only its blind index is stored."""
        try:
            phone = phones.read_phone(search_term)
        except ValidationError:
            rows: tuple[QuerySet[Order], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return rows
        return queryset.filter(contact_index=phones.index_of(phone)), False

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> Any:
        """A supplier reads of its own lines; what the order as a whole cost is the platform's."""
        return _WHOLE if self.is_platform(request) else _OWN

    @admin.display(description=_("Price of these lines"))
    def own_price(self, order: Order) -> str:
        return money(sum(line.price_fen for line in order.lines.all()))

    @admin.display(description=_("State"))
    def state_words(self, order: Order) -> str:
        return order.get_state_display()

    @admin.display(description=_("Payments"))
    def payments(self, order: Order) -> SafeString:
        return _story(
            (
                _local(order, attempt.created_at),
                attempt.provider,
                attempt.get_state_display(),
                money(attempt.amount_fen),
                *(event.event_id for event in attempt.events.order_by("pk")),
            )
            for attempt in order.attempts.order_by("pk")
        )

    @admin.display(description=_("Codes and entries"))
    def codes(self, order: Order) -> SafeString:
        return _story(
            (
                str(line),
                _parts(line, [voucher.part_key]),
                voucher.carrier.holder,
                voucher.get_state_display(),
                *(_local(order, entry.at) for entry in voucher.redemptions.order_by("pk")),
            )
            for line in order.lines.all()
            for voucher in line.vouchers.select_related("carrier").order_by("pk")
        )

    @admin.display(description=_("Refunds"))
    def refunds_words(self, order: Order) -> SafeString:
        return _story(
            (
                _local(order, refund.created_at),
                refund.get_reason_display(),
                money(refund.amount_fen),
                refund.get_state_display(),
            )
            for refund in order.refunds.order_by("pk")
        )

    @admin.display(description=_("Refunds"))
    def own_refunds(self, order: Order) -> SafeString:
        """Refunds for parts of one's own lines; the sum only where no other supplier is in it."""
        own = {str(line.pk) for line in order.lines.all()}
        return _story(
            (
                _local(order, refund.created_at),
                refund.get_reason_display(),
                *([money(refund.amount_fen)] if refund.parts.keys() <= own else []),
                refund.get_state_display(),
            )
            for refund in order.refunds.order_by("pk")
            if refund.parts.keys() & own
        )

    @admin.display(description=_("Invoices"))
    def invoices_words(self, order: Order) -> SafeString:
        """Those of the lines that one may see, and the way to ask for one at the desk."""
        suppliers = {line.supplier_id for line in order.lines.all()}
        told = _story(
            (
                _local(order, invoice.asked_at),
                invoice.serial or invoice.number,
                money(invoice.total_fen),
                invoice.get_state_display(),
                _(invoice.why) if invoice.why else "",
            )
            for invoice in order.invoices.filter(supplier__in=suppliers).order_by("pk")
        )
        url = reverse("admin:bookings_invoices_invoice_ask", args=[order.pk])
        words = _("Ask for the invoice")
        return format_html('{}<a class="text-link" href="{}">{}</a>', told, url, words)

    @admin.display(description=_("Ledger"))
    def books(self, order: Order) -> SafeString:
        return _story(
            (
                _local(order, entry.at),
                memo_words(entry.memo),
                *(
                    f"{account_words(leg.account)} {money(leg.amount_fen)}"
                    for leg in entry.postings.all()
                ),
            )
            for entry in ledger.entries_of(order.subject)
        )

    @admin.display(description=_("What is to be looked at"))
    def flag_link(self, order: Order) -> SafeString:
        if not order.flag:
            return format_html("{}", "–")
        url = reverse("admin:bookings_orders_order_look_at", args=[order.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("I have looked at it"))

    @admin.display(description=_("Looked at"))
    def looked_at(self, order: Order) -> SafeString:
        found = queries.looked_at(order)
        names = identity.names_of(entry.actor for entry in found)
        return _story(
            (
                _local(order, entry.at),
                names[entry.actor],
                Flag(entry.facts["flag"]).label,
                entry.facts["why"],
            )
            for entry in found
        )

    @admin.display(description=_("Cancel and refund"))
    def site_page(self, order: Order) -> SafeString:
        if order.state not in _TO_CANCEL:
            return format_html("{}", "–")
        url = reverse("admin:bookings_refunds_refund_cancel", args=[order.pk])
        return format_html(
            '<a class="text-link" href="{}">{}</a>', url, _("Cancel parts and refund")
        )

    def get_urls(self) -> list[URLPattern]:
        look_at = self.admin_site.admin_view(self.look_at)
        name = "bookings_orders_order_look_at"
        return [path("<int:order_id>/look-at/", look_at, name=name), *super().get_urls()]

    def look_at(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Say what was found; the order leaves the queue. For the platform, whose money it is."""
        order = self.get_queryset(request).filter(pk=order_id).first()
        if order is None or not self.is_platform(request):
            raise Http404
        why = request.POST.get("why", "")
        if request.method == "POST":
            try:
                operations.look_at(
                    order_id=order.pk,
                    flag=request.POST.get("flag", ""),
                    why=why,
                    actor=f"user:{request.user.pk}",
                    at=clock.now(),
                )
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("Written down. It is out of the queue."))
                return redirect("admin:bookings_orders_order_change", order.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Look at order %(code)s") % {"code": order.code},
            "order": order,
            "why": why,
        }
        return TemplateResponse(request, "bookings_orders/admin_look_at.html", context)


def _parts(line: Line, keys: Collection[str]) -> str:
    """Parts of a line by what they were sold as."""
    return ", ".join(say(part.title) for part in line.frozen_parts if part.key in keys) or "–"


def _story(rows: Iterable[Iterable[object]]) -> SafeString:
    """One line for each thing that happened."""
    lines = [(" · ".join(str(word) for word in row if word),) for row in rows]
    return format_html_join("", "<div>{}</div>", lines) if lines else format_html("{}", "–")


def _local(order: Order, moment: datetime) -> str:
    """A moment on the region's clock."""
    return f"{moment.astimezone(order.region.tz):%Y-%m-%d %H:%M:%S}"
