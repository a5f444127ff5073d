"""Closed months in the admin: a month is closed, its report downloaded and compared."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.settlement import operations
from bookings.settlement.forms import MonthForm
from bookings.settlement.models import MonthClose
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns

_DEBITS = columns.price("debits_fen", _("Debits until then"))


@admin.register(MonthClose)
class MonthCloseAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("The books of a region have accounts of every supplier.")
    list_display = ("month", "region", "entries", _DEBITS, "closed_at")
    fields = (
        "region", "month", "since", "until", "entries", _DEBITS, "last_entry_id", "sha256", "who",
        "closed_at", "report_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("region",)
    list_select_related = ("region",)
    search_fields = ("sha256",)
    date_hierarchy = "month"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_platform(request)

    @admin.display(description=_("closed by"))
    def who(self, close: MonthClose) -> str:
        return identity.names_of([close.actor])[close.actor]

    @admin.display(description=_("Report"))
    def report_link(self, close: MonthClose) -> SafeString:
        url = reverse("admin:bookings_settlement_monthclose_report", args=[close.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Download (JSON)"))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.report)
        name = "bookings_settlement_monthclose_report"
        return [path("<int:close_id>/report/", page, name=name), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Choose a region and a month; it is closed, or said why not."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = MonthForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                closed = operations.close_month(
                    region=form.cleaned_data["region"], month=form.cleaned_data["month"],
                    actor=f"user:{request.user.pk}", at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                _say(request, closed)
                return redirect("admin:bookings_settlement_monthclose_change", closed.close.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Close a month"),
            "form": form,
        }
        return TemplateResponse(request, "bookings_settlement/admin_close.html", context)

    def report(self, request: HttpRequest, close_id: int) -> HttpResponse:
        """The report, made again from the books."""
        close = self.get_queryset(request).select_related("region").filter(pk=close_id).first()
        if close is None:
            raise Http404
        name = f"{close.region.slug}-{close.month:%Y-%m}.json"
        return HttpResponse(
            operations.report_of(close),
            content_type="application/json; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _say(request: HttpRequest, closed: operations.Closed) -> None:
    if not closed.is_repeat:
        messages.success(request, _("Closed. What is booked later belongs to the next month."))
    elif closed.is_same:
        messages.info(request, _("Closed before: the report comes out the same."))
    else:
        messages.error(request, _("Closed before, and the report comes out another one!"))
