"""Operators' hands on lines. Counts are never edited as fields: actions call operations."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from kernel import clock
from kernel.audit import operations as audit
from kernel.errors import Refusal
from transport.lines import operations
from transport.lines.models import LineStop, Run, ServiceException, ShuttleLine, TimetableTrip


class LineStopInline(ScopedAdmin, TabularInline):
    model = LineStop
    organisation_path = "line__organisation"
    extra = 0
    autocomplete_fields = ("place",)


class ServiceExceptionInline(ScopedAdmin, TabularInline):
    model = ServiceException
    organisation_path = "line__organisation"
    extra = 0


@admin.register(ShuttleLine)
class ShuttleLineAdmin(ScopedAdmin, ModelAdmin):
    list_display = ("slug", "name_zh", "kind", "organisation", "seats", "is_open", "is_sample")
    list_filter = ("kind", "is_open")
    list_select_related = ("organisation",)
    search_fields = ("slug", "name_zh", "name_en")
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
    inlines = (LineStopInline, ServiceExceptionInline)
    actions = ("confirm",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.action(description=_("Confirm: this is real and may be sold"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[ShuttleLine]) -> None:
        at, actor = clock.now(), f"user:{request.user.pk}"
        for line in queryset.filter(confirmed_at__isnull=True):
            ShuttleLine.objects.filter(pk=line.pk).update(confirmed_at=at, confirmed_by=actor)
            audit.record(actor=actor, action="lines.confirm", subject=f"line:{line.pk}", at=at)
        messages.success(request, _("Confirmed."))


@admin.register(TimetableTrip)
class TimetableTripAdmin(ScopedAdmin, ModelAdmin):
    organisation_path = "line__organisation"
    list_display = ("slug", "line", "direction", "clock")
    list_filter = ("direction",)
    list_select_related = ("line",)
    search_fields = ("slug", "line__slug")
    autocomplete_fields = ("line",)
    show_full_result_count = False


class SeatsForm(ActionForm):
    """The number that the action "set seats" asks for."""

    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=200, required=False)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "line__organisation"
    list_display = ("departs_at", "line", "direction", "state")
    list_filter = ("state", "direction")
    list_select_related = ("line",)
    search_fields = ("line__slug", "line__name_zh")
    date_hierarchy = "service_date"
    show_full_result_count = False
    action_form = SeatsForm
    actions = ("cancel", "set_seats")

    @admin.action(description=_("Cancel these runs"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            codes = operations.cancel_run(run=run, actor=f"user:{request.user.pk}", at=clock.now())
            words = _("%(run)s is closed. Orders to deal with: %(codes)s")
            level = messages.WARNING if codes else messages.SUCCESS
            found = ", ".join(codes) or "–"
            messages.add_message(request, level, words % {"run": run, "codes": found})

    @admin.action(description=_("Give these runs a vehicle of so many seats"))
    def set_seats(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        text = request.POST.get("seats", "")
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 200):
            messages.error(request, _("Please say how many seats, from 1 to 200."))
            return
        for run in queryset:
            try:
                operations.set_seats(
                    run=run, seats=int(text), actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, f"{run}: {refusal.reason}")
