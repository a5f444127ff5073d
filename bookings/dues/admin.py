"""Sums due later in the admin: who is late is a queue; what use has cost can be said by hand."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.dues import operations
from bookings.dues.models import LaterDue, State
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.money import parse_yuan
from kernel.web import columns

_AMOUNT = columns.price("amount_fen", _("Amount"))


@admin.register(LaterDue)
class LaterDueAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("The sum is owed by a buyer to the platform.")
    queues = (Queue(_("Sums that buyers still owe"), {"state__exact": State.OPEN}),)
    list_display = ("due_at", "order", "line", _AMOUNT, "state", "meter_link")
    fields = (
        "order", "line", "position", _AMOUNT, "is_before_use", "due_at", "told_at", "state",
        "attempt_id", "paid_at", "meter_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", "is_before_use")
    list_select_related = ("order", "line")
    search_fields = ("order__code",)
    date_hierarchy = "due_at"
    show_full_result_count = False

    @admin.display(description=_("Use"))
    def meter_link(self, due: LaterDue) -> SafeString | str:
        if due.state != State.UNKNOWN:
            return ""
        url = reverse("admin:bookings_dues_laterdue_meter", args=[due.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Say what use has cost"))

    def get_urls(self) -> list[URLPattern]:
        meter = self.admin_site.admin_view(self.meter)
        name = "bookings_dues_laterdue_meter"
        return [path("<int:due_id>/meter/", meter, name=name), *super().get_urls()]

    def meter(self, request: HttpRequest, due_id: int) -> HttpResponse:
        """Say what use has cost: first the sum is shown, then a second post asks the buyer for it."""
        due = self.get_queryset(request).select_related("order", "line").filter(pk=due_id).first()
        if due is None:
            raise Http404
        amount_fen = None
        if request.method == "POST":
            try:
                amount_fen = _read(request)
                if "confirmed" in request.POST:
                    _meter(request, due, amount_fen)
                    messages.success(request, _("The buyer is asked for it."))
                    return redirect("admin:bookings_dues_laterdue_change", due.pk)
            except Refusal as refusal:
                messages.error(request, refusal.reason)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What use has cost: order %(code)s") % {"code": due.order.code},
            "due": due,
            "amount_fen": amount_fen,
            "cost": request.POST.get("cost", ""),
        }
        return TemplateResponse(request, "bookings_dues/admin_meter.html", context)


def _read(request: HttpRequest) -> int:
    try:
        return parse_yuan(request.POST.get("cost", ""))
    except ValueError:
        raise BadInput(field="cost") from None


def _meter(request: HttpRequest, due: LaterDue, amount_fen: int) -> None:
    operations.meter(
        line_id=due.line_id,
        amount_fen=amount_fen,
        actor=f"user:{request.user.pk}",
        at=clock.now(),
    )
