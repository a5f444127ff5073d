"""Operators' hands on runs. State and counts are never edited as fields: actions call operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.news.telling import TellsOfChanges
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.naming import EN, ZH, say
from kernel.web.inlines import TabularInline
from kernel.web.requests import whole
from transport.lines import operations, queries
from transport.lines.admin.disruptions import DisruptsRuns
from transport.lines.admin.following import actor_of
from transport.lines.models import MOST_SEATS, Assignment, Boarding, Run
from transport.lines.posts import with_ends

_MOST_BAY = 20


class BoardingInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    """Who rides: the orders, to be looked up in the list of orders."""

    model = Boarding
    organisation_path = "run__line__organisation"
    fields = ("order_code", "way", "riders", "laps", "bags", "state")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("line__order")

    @admin.display(description=_("ride"))
    def way(self, ride: Boarding) -> str:
        return say(ride.line.subtitle)

    @admin.display(description=_("order"))
    def order_code(self, ride: Boarding) -> str:
        return ride.line.order.code

    @admin.display(description=_("state"))
    def state(self, ride: Boarding) -> str:
        return ride.line.get_state_display()


class SeatsForm(ActionForm):
    """What the actions "set seats" and "set bay" ask for; read by the action, which says why not."""

    seats = forms.CharField(
        label="",
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(
            attrs={"placeholder": _("seats"), "aria-label": _("seats")}
        ),
    )

    bay = forms.CharField(
        label="",
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("bay"), "aria-label": _("bay")}),
    )


class AssignmentInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    """Who drives what; given and taken off in the list of assignments."""

    model = Assignment
    organisation_path = "run__line__organisation"
    fields = ("vehicle", "driver", "assigned_at")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("vehicle", "driver")


@admin.register(Run)
class RunAdmin(TellsOfChanges, ReadOnlyAdmin, DisruptsRuns, ModelAdmin):
    organisation_path = "line__organisation"
    list_display = (
        "local_departure", "late", "line", "towards", "seats", "sold", "state", "day_links",
    )  # fmt: skip
    list_filter = ("state", "pattern__direction", "line")
    list_select_related = ("line__region", "pattern__line")
    list_per_page = 50
    search_fields = ("line__slug", "line__name_zh", "line__name_en")
    ordering = ("departs_at", "pk")
    date_hierarchy = "service_date"
    show_full_result_count = False
    fields = (
        "line", "trip", "pattern", "service_date", "number", "local_departure", "late", "bay",
        "state", "vehicles", "day_links", "papers_link", "who_was_told",
    )  # fmt: skip
    about = staticmethod(operations.about)
    inlines = (AssignmentInline, BoardingInline)
    action_form = SeatsForm
    actions = ("cancel", "restore", "set_seats", "set_bay")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_ends(queries.with_counts(super().get_queryset(request)))

    @admin.display(description=_("for an inspector"))
    def papers_link(self, run: Run) -> SafeString:
        url = reverse("lines:papers", args=[run.pk])
        return format_html('<a href="{}">{}</a>', url, _("Names and papers"))

    @admin.display(description=_("departs at"), ordering="departs_at")
    def local_departure(self, run: Run) -> str:
        return run.local_departure

    @admin.display(description=_("towards"))
    def towards(self, run: Any) -> str:
        return say({ZH: run.end_zh, EN: run.end_en or run.end_zh})

    @admin.display(description=_("seats"))
    def seats(self, run: Any) -> int:
        return int(run.seats)

    @admin.display(description=_("sold on the fullest segment"))
    def sold(self, run: Any) -> int:
        return int(run.taken)

    @admin.action(description=_("Put these runs back on sale"))
    def restore(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            operations.restore_run(run=run, actor=actor_of(request), at=clock.now())
            messages.success(request, _("%(run)s is on sale.") % {"run": run})

    @admin.action(description=_("Give these runs a vehicle of so many seats"))
    def set_seats(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        seats = self._asked_seats(request)
        if seats is None:
            return
        for run in queryset:
            try:
                operations.set_seats(run=run, seats=seats, actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                messages.error(request, f"{run}: {refusal.reason}")
            else:
                words = _("%(run)s has %(seats)s seats.")
                messages.success(request, words % {"run": run, "seats": seats})

    @admin.action(description=_("Let these runs leave from this bay"))
    def set_bay(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        bay = request.POST.get("bay", "").strip()[:_MOST_BAY]
        for run in queryset:
            operations.set_bay(run=run, bay=bay, actor=actor_of(request), at=clock.now())
            messages.success(request, _bay_said(run, bay))

    def _asked_seats(self, request: HttpRequest) -> int | None:
        """The number that was typed beside the action; None with a message when it is none."""
        try:
            return whole(request.POST.get("seats"), field="seats", least=1, most=MOST_SEATS)
        except BadInput:
            messages.error(request, _("Please say how many seats, from 1 to 200."))
            return None


def _bay_said(run: Run, bay: str) -> str:
    if bay:
        return _("%(run)s leaves from bay %(bay)s.") % {"run": run, "bay": bay}
    return _("%(run)s leaves from its usual bay.") % {"run": run}
