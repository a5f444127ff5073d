"""Reconciliations in the admin: each file with what is off in it, to be explained one by one."""

from __future__ import annotations

from typing import Any

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
from bookings.settlement import operations
from bookings.settlement.models import Bill, Finding, FindingState
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns

_BECAUSE = _("A payment service's file has payments to every supplier.")


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    _payments = columns.price("payments_fen", _("Payments"))
    _refunds = columns.price("refunds_fen", _("Refunds"))
    _fees = columns.price("fees_fen", _("Fees booked"))
    list_display = (
        "made_at", "provider", "name", "since", "rows", _payments, _refunds, _fees, "is_short",
        "is_late",
    )  # fmt: skip
    fields = (
        "provider", "name", "since", "until", "rows", "other_rows", _payments, _refunds, _fees,
        "is_short", "is_late", "sha256", "actor", "made_at", "findings_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("provider", "is_short", "is_late")
    search_fields = ("name", "sha256")
    date_hierarchy = "made_at"
    show_full_result_count = False

    @admin.display(description=_("What is off"))
    def findings_link(self, bill: Bill) -> SafeString:
        url = reverse("admin:bookings_settlement_finding_changelist", query={"q": bill.sha256})
        words = _("%(n)s findings") % {"n": bill.findings.count()}
        return format_html('<a class="text-link" href="{}">{}</a>', url, words)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    queues = (Queue(_("Findings in payment services' files"), {"state__exact": FindingState.OPEN}),)
    list_display = ("off", "bill", "line", "theirs", "ours", "state")
    fields = (
        "off", "bill", "line", "theirs", "ours", "payment_link", "refund_link", "state", "words",
        "closed_by", "closed_at", "explain_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", "off", "bill__provider")
    list_select_related = ("bill",)
    search_fields = ("bill__name", "bill__sha256", "theirs", "ours", "words")
    show_full_result_count = False

    @admin.display(description=_("payment"))
    def payment_link(self, finding: Finding) -> SafeString | str:
        return _link("admin:bookings_payments_attempt_change", finding.attempt_id)

    @admin.display(description=_("refund"))
    def refund_link(self, finding: Finding) -> SafeString | str:
        return _link("admin:bookings_refunds_refund_change", finding.refund_id)

    @admin.display(description=_("Explain"))
    def explain_link(self, finding: Finding) -> SafeString | str:
        if finding.state != FindingState.OPEN:
            return ""
        url = reverse("admin:bookings_settlement_finding_explain", args=[finding.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Say what it was"))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.explain)
        name = "bookings_settlement_finding_explain"
        return [path("<int:finding_id>/explain/", page, name=name), *super().get_urls()]

    def explain(self, request: HttpRequest, finding_id: int) -> HttpResponse:
        """Say what it was; it leaves the queue and stays to be read."""
        finding = self.get_queryset(request).select_related("bill").filter(pk=finding_id).first()
        if finding is None:
            raise Http404
        if request.method == "POST":
            try:
                operations.explain(
                    finding_id=finding.pk, words=request.POST.get("words", ""),
                    actor=f"user:{request.user.pk}", at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("Explained."))
                return redirect("admin:bookings_settlement_finding_change", finding.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": finding.get_off_display(),
            "finding": finding,
            "words": request.POST.get("words", ""),
        }
        return TemplateResponse(request, "bookings_settlement/admin_explain.html", context)


def _link(name: str, pk: Any) -> SafeString | str:
    if pk is None:
        return ""
    return format_html('<a class="text-link" href="{}">{}</a>', reverse(name, args=[pk]), pk)
