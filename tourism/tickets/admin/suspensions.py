"""What stands still, and what became of each ticket: to look at. Stops are made with the area itself."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from tourism.tickets.models import Choice, StoppedLine, Suspension

_OF_A_STOP = ("area", "gate", "cableway")


@admin.register(Suspension)
class SuspensionAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = (
        "place", "starts_at", "ends_at", "reason", "reason_en", "restarted_at",
        "affected", "undecided", "refunded", "moved",
    )  # fmt: skip
    list_filter = ("organisation",)
    list_select_related = ("organisation", *(f"cause__{each}" for each in _OF_A_STOP))
    date_hierarchy = "starts_at"
    search_fields = ("zone", "reason")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suspension]:
        lines = "stopped_lines"
        counted: QuerySet[Suspension] = (
            super()
            .get_queryset(request)
            .annotate(
                all_lines=Count(lines),
                open_lines=Count(
                    lines,
                    filter=Q(stopped_lines__choice__in=(Choice.OPEN, Choice.WAIT)),
                ),
                refunded_lines=Count(lines, filter=Q(stopped_lines__choice=Choice.REFUND)),
                moved_lines=Count(lines, filter=Q(stopped_lines__choice=Choice.MOVE)),
            )
        )
        return counted

    @admin.display(description=_("where"), ordering="zone")
    def place(self, row: Suspension) -> str:
        return row.where

    @admin.display(description=_("tickets"))
    def affected(self, row: Suspension) -> int:
        return row.all_lines  # type: ignore[attr-defined,no-any-return]

    @admin.display(description=_("not decided"))
    def undecided(self, row: Suspension) -> int:
        return row.open_lines  # type: ignore[attr-defined,no-any-return]

    @admin.display(description=_("money back"))
    def refunded(self, row: Suspension) -> int:
        return row.refunded_lines  # type: ignore[attr-defined,no-any-return]

    @admin.display(description=_("another time"))
    def moved(self, row: Suspension) -> int:
        return row.moved_lines  # type: ignore[attr-defined,no-any-return]


@admin.register(StoppedLine)
class StoppedLineAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "suspension__organisation"
    list_display = ("line", "suspension", "choice", "chosen_at", "decide_by", "ended_at")
    list_filter = ("choice",)
    list_select_related = ("line", *(f"suspension__cause__{each}" for each in _OF_A_STOP))
    date_hierarchy = "decide_by"
    search_fields = ("line__order__code",)
    show_full_result_count = False
