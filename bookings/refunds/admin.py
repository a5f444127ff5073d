"""Refunds in the admin: to read, and to send again when one is stuck."""

from __future__ import annotations

from collections import defaultdict

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.orders.models import Line, Order
from bookings.refunds import operations
from bookings.refunds.models import Reason, Refund, RefundState
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns
from kernel.web.requests import whole

_AMOUNT = columns.price("amount_fen", _("Amount"))


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A refund is for a whole order, which may have several suppliers.")
    queues = (
        Queue(_("Refunds that are stuck"), {"state__exact": RefundState.FAILED}),
        Queue(_("Refunds being sent"), {"state__exact": RefundState.SENDING}),
    )
    list_display = ("created_at", "order", _AMOUNT, "reason", "state")
    fields = (
        "order", _AMOUNT, "reason", "state", "parts", "actor", "created_at", "done_at", "attempt",
        "key", "token",
    )  # fmt: skip
    readonly_fields = fields
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

    def get_urls(self) -> list[URLPattern]:
        cancel = self.admin_site.admin_view(self.cancel)
        name = "bookings_refunds_refund_cancel"
        return [path("cancel/<int:order_id>/", cancel, name=name), *super().get_urls()]

    def cancel(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Choose parts of the lines of one's own organisation, see the refund, agree."""
        order, lines = self._mine(request, order_id)
        chosen = _chosen(request, {line.pk for line in lines})
        quote = None
        try:
            if chosen:
                quote = operations.quote(order=order, parts=chosen, at=clock.now())
            if request.method == "POST" and quote is not None:
                self._cancel(request, order, chosen)
                return redirect("admin:bookings_orders_order_change", order.pk)
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel parts of order %(code)s") % {"code": order.code},
            "order": order,
            "lines": lines,
            "chosen": chosen,
            "quote": quote,
            "holders": vouchers.holders(order),
        }
        return TemplateResponse(request, "bookings_refunds/admin_cancel.html", context)

    def _mine(self, request: HttpRequest, order_id: int) -> tuple[Order, list[Line]]:
        """The order, when the person's organisations sell in it, and those of its lines they sell."""
        orders = self.admin_site.get_model_admin(Order).get_queryset(request)
        order = orders.filter(pk=order_id).first()
        if order is None:
            raise Http404
        return order, list(order.lines.all())

    @staticmethod
    def _cancel(request: HttpRequest, order: Order, chosen: dict[int, list[str]]) -> None:
        operations.cancel(
            order=order,
            parts=chosen,
            shown_fen=whole(request.POST.get("shown_fen"), field="shown_fen"),
            actor=f"user:{request.user.pk}",
            reason=Reason.OPERATOR,
            at=clock.now(),
        )
        messages.success(request, _("Cancelled. The refund is on its way."))


def _chosen(request: HttpRequest, line_ids: set[int]) -> dict[int, list[str]]:
    data = request.POST if request.method == "POST" else request.GET
    chosen: dict[int, list[str]] = defaultdict(list)
    for value in data.getlist("part"):
        line_id, _colon, key = value.partition(":")
        number = whole(line_id, field="part", least=1)
        if number not in line_ids:
            raise Http404
        chosen[number].append(key)
    return dict(chosen)
