"""Operators' hands on what riders have lost."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import actors
from accounts.identity import queries as identity
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from kernel import clock
from kernel.errors import Refusal
from transport.rides import operations
from transport.rides.models import MOST_WORDS, LostItem


@admin.register(LostItem)
class LostItemAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    queues = (Queue(_("Lost things to be answered"), {"answered_at__isnull": "True"}),)
    list_display = ("asked_at", "what", "run", "order_code", "answered_at")
    fields = (
        "organisation", "run", "order_code", "what", "asked_at", "answer", "answered_at", "by_whom",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = (("answered_at", admin.EmptyFieldListFilter),)
    list_select_related = ("run__line__region", "line__order")
    search_fields = ("what", "line__order__code")
    date_hierarchy = "asked_at"
    show_full_result_count = False
    actions = ("answer",)

    @admin.display(description=_("order"))
    def order_code(self, item: LostItem) -> str:
        return item.line.order.code

    @admin.display(description=_("answered by"))
    def by_whom(self, item: LostItem) -> str:
        by = item.answered_by
        return identity.names_of([by])[by] if by else "–"

    @admin.action(description=_("Answer the rider"))
    def answer(self, request: HttpRequest, queryset: QuerySet[LostItem]) -> TemplateResponse | None:
        """Ask for the words first; the same for all that were chosen."""
        if "answer" in request.POST:
            said = request.POST["answer"][:MOST_WORDS]
            self._answered(request, queryset, said)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Answer about lost things"),
            "items": queryset,
            "most": MOST_WORDS,
        }
        return TemplateResponse(request, "transport_rides/admin_answer.html", context)

    def _answered(self, request: HttpRequest, queryset: QuerySet[LostItem], words: str) -> None:
        for item in queryset.select_related("line__order__region").order_by("pk"):
            try:
                operations.answer(
                    item=item, words=words, actor=actors.actor_of(request), at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, f"{item}: {refusal.reason}")
            else:
                messages.success(request, _("%(item)s: the rider is told.") % {"item": item})
