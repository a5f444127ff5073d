"""Operators' hands on missed free visits: the rule of their own house, and pardons."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.noshows import operations
from bookings.noshows.models import FreeVisit, Rule, State
from kernel import clock
from kernel.errors import Refusal


@admin.register(Rule)
class RuleAdmin(ScopedAdmin, ModelAdmin):
    list_display = ("organisation", "most", "within_days", "rest_days")
    fields = list_display
    list_select_related = ("organisation",)
    search_fields = ("organisation__name_zh", "organisation__name_en")


@admin.register(FreeVisit)
class FreeVisitAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    queues = (Queue(_("Free visits missed"), {"state__exact": State.MISSED.value}),)
    list_display = ("holder", "day", "line", "state", "until", "organisation")
    fields = (
        "holder", "organisation", "line", "part_key", "zone", "day", "until", "state", "decided_at",
        "pardoned_by", "pardon_reason",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state",)
    list_select_related = ("organisation", "line")
    search_fields = ("holder", "line__order__code")
    date_hierarchy = "day"
    show_full_result_count = False
    actions = ("pardon",)

    @admin.action(description=_("Pardon: they count no more"))
    def pardon(
        self, request: HttpRequest, queryset: QuerySet[FreeVisit]
    ) -> HttpResponse | TemplateResponse | None:
        """Ask for a reason first; then it is done, and written in the audit."""
        ids = list(queryset.values_list("pk", flat=True))
        if "reason" in request.POST:
            try:
                done = operations.pardon(
                    visit_ids=ids,
                    actor=f"user:{request.user.pk}",
                    reason=request.POST["reason"],
                    at=clock.now(),
                )
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                words = ngettext("%(n)s visit is pardoned.", "%(n)s visits are pardoned.", done)
                messages.success(request, words % {"n": done})
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Pardon missed visits"),
            "visits": queryset,
        }
        return TemplateResponse(request, "bookings_noshows/admin_pardon.html", context)
