"""Statements in the admin: to read and to send; a dispute is answered on a page of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.settlement import operations, queries
from bookings.settlement.models import PayoutState, Statement, StatementState
from bookings.settlement.models.statements import SUMS
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns

_BALANCE = columns.price("balance_fen", _("Balance"))
_SUMS: tuple[Any, ...] = tuple(columns.price(name, words) for name, words in SUMS.items())


_DUE = "is_due"


class Due(admin.SimpleListFilter):
    """Confirmed ones above zero of which no payout has been asked for, or all others."""

    title = _("to be paid out")
    parameter_name = _DUE

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("True", _("to be paid out"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Statement]) -> QuerySet[Statement]:
        return queryset.filter(Q((_DUE, True))) if self.value() == "True" else queryset


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """A supplier's desk reads its own (and works on its own page); the platform sends and answers."""

    queues = (
        Queue(_("Disputed statements"), {"state__exact": StatementState.DISPUTED}),
        Queue(_("Statements to be paid out"), {_DUE: "True"}),
        Queue(_("Suppliers that owe more than their guarantee"), {"is_beyond__exact": "1"}),
    )
    list_display = ("month", "organisation", "region", "state", _BALANCE, "rows", "is_beyond")
    fields: ClassVar[Any] = (
        "organisation", "region", "month", "currency", "state",
        *_SUMS, _BALANCE, "rows",
        "is_beyond", "built_at", "sent_at", "confirmed_by", "confirmed_at", "earnings_link",
        "answer_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", Due, "is_beyond", "region", "organisation")
    list_select_related = ("organisation", "region")
    search_fields = ("organisation__name_zh", "organisation__name_en")
    date_hierarchy = "month"
    show_full_result_count = False
    actions = ("send", "pay_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        found: QuerySet[Statement] = super().get_queryset(request)
        return queries.with_due(found)

    @admin.display(description=_("Earnings"))
    def earnings_link(self, statement: Statement) -> SafeString:
        where = reverse(
            "admin:bookings_settlement_earning_changelist",
            query={
                "organisation__id__exact": statement.organisation_id,
                "at__year": statement.month.year,
                "at__month": statement.month.month,
            },
        )
        return format_html('<a class="text-link" href="{}">{}</a>', where, statement.rows)

    @admin.display(description=_("Dispute"))
    def answer_link(self, statement: Statement) -> SafeString | str:
        url = reverse("admin:bookings_settlement_statement_answer", args=[statement.pk])
        if not statement.notes.exists():
            return ""
        return format_html(
            '<a class="text-link" href="{}">{}</a>', url, _("What was said, and an answer")
        )

    @admin.action(description=_("Send to the supplier"))
    def send(self, request: HttpRequest, queryset: QuerySet[Statement]) -> None:
        if not self.is_platform(request):
            raise PermissionDenied
        for each in queryset:
            try:
                operations.send(
                    statement_id=each.pk, actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, f"{each}: {_('sent')}")

    @admin.action(description=_("Pay out to the supplier"))
    def pay_out(self, request: HttpRequest, queryset: QuerySet[Statement]) -> None:
        if not self.is_platform(request):
            raise PermissionDenied
        for each in queryset:
            try:
                made = operations.pay_out(
                    statement_id=each.pk, actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, f"{each}: {refusal.reason}")
                continue
            if made.state == PayoutState.ASKED:
                messages.warning(request, _("Above the limit: a second person must approve it."))
            else:
                messages.success(request, f"{made}: {made.get_state_display()}")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.answer)
        name = "bookings_settlement_statement_answer"
        return [path("<int:statement_id>/answer/", page, name=name), *super().get_urls()]

    def answer(self, request: HttpRequest, statement_id: int) -> HttpResponse:
        """The thread of a dispute; the platform writes the next note."""
        found = self.get_queryset(request).filter(pk=statement_id).first()
        if found is None:
            raise Http404
        if request.method == "POST":
            if not self.is_platform(request):
                raise PermissionDenied
            try:
                operations.answer(
                    statement_id=found.pk, words=request.POST.get("words", ""),
                    actor=f"user:{request.user.pk}", at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("Answered. The supplier reads it on the statement."))
                return redirect("admin:bookings_settlement_statement_change", found.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": str(found),
            "statement": found,
            "notes": found.notes.order_by("pk"),
            "may_answer": self.is_platform(request),
            "words": request.POST.get("words", ""),
        }
        return TemplateResponse(request, "bookings_settlement/admin_answer.html", context)
