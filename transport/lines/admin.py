"""Operators' hands on lines. State and counts are never edited as fields: actions call operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, StackedInline
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.organisations import queries as organisations
from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.news.telling import TellsOfChanges
from bookings.pricing.forms import RuleRows
from bookings.pricing.publishing import HasPriceCalendar, PublishesPrices
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web.inlines import TabularInline
from kernel.web.requests import whole
from transport.lines import operations, queries
from transport.lines.forms import FareRuleForm, GroupFareForm, LineForm, LineStopForm
from transport.lines.models import (
    MOST_SEATS,
    Boarding,
    FareRule,
    GroupFare,
    LineStop,
    Run,
    ServiceException,
    ShuttleLine,
    TimetableTrip,
)


class LineStopInline(ScopedAdmin, TabularInline):
    """Times and fares are the operator's; which stops there are is fixed once runs are on sale."""

    model = LineStop
    form = LineStopForm
    organisation_path = "line__organisation"
    extra = 0
    autocomplete_fields = ("place",)
    ordering = ("direction", "seq")
    fields = ("direction", "seq", "place", "minute", "metres", "fare_fen")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or not queries.has_runs(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self.has_add_permission(request, obj) else ("direction", "seq", "place")


class ServiceExceptionInline(ScopedAdmin, TabularInline):
    model = ServiceException
    organisation_path = "line__organisation"
    extra = 0


class FareRuleInline(ScopedAdmin, TabularInline):
    model = FareRule
    form = FareRuleForm
    formset = RuleRows
    organisation_path = "line__organisation"
    extra = 0


class GroupFareInline(ScopedAdmin, StackedInline):
    """Rides are of any length: no sums here."""

    model = GroupFare
    form = GroupFareForm
    organisation_path = "line__organisation"
    extra = 0
    max_num = 6
    exclude = ("price_fen",)


@admin.register(ShuttleLine)
class ShuttleLineAdmin(ScopedAdmin, PublishesPrices, HasPriceCalendar, ModelAdmin):
    """A line stays in its region; the platform says whose it is."""

    form = LineForm
    list_display = (
        "slug", "name_zh", "kind", "organisation", "seats", "is_open", "is_confirmed",
        "prices_link",
    )  # fmt: skip
    list_filter = ("kind", "is_open", "region")
    list_select_related = ("organisation",)
    search_fields = ("slug", "name_zh", "name_en")
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
    inlines = (LineStopInline, FareRuleInline, GroupFareInline, ServiceExceptionInline)
    actions = ("confirm_rows",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organisations.sees_all(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["region", "slug", "prices_link"] if obj else []
        if not organisations.sees_all(request.user):
            fixed.append("organisation")
        return [*super().get_readonly_fields(request, obj), *fixed]

    def saved(self, request: HttpRequest, obj: Any) -> None:
        """Exceptional days and months hold for runs that are on sale already, too."""
        follow_calendar(request, obj)

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, line: ShuttleLine) -> bool:
        return not line.is_sample

    @admin.action(description=_("Confirm: this is right and may be sold"))
    def confirm_rows(self, request: HttpRequest, queryset: QuerySet[ShuttleLine]) -> None:
        count = operations.confirm_lines(
            lines=queryset.order_by("pk"), actor=actor_of(request), at=clock.now()
        )
        words = ngettext("%(count)s row confirmed.", "%(count)s rows confirmed.", count)
        messages.success(request, words % {"count": count})


@admin.register(TimetableTrip)
class TimetableTripAdmin(ScopedAdmin, ModelAdmin):
    """A departure's time is fixed once it has runs: to change it, end the trip and add another."""

    organisation_path = "line__organisation"
    list_display = ("slug", "line", "direction", "departure", "valid_from", "valid_until")
    list_filter = ("direction", "line")
    list_select_related = ("line",)
    search_fields = ("slug", "line__slug", "line__name_zh", "line__name_en")
    autocomplete_fields = ("line",)
    show_full_result_count = False

    @admin.display(description=_("departs at"), ordering="departs_min")
    def departure(self, trip: TimetableTrip) -> str:
        return f"{trip.clock:%H:%M}"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("line", "direction", "departs_min") if obj and obj.runs.exists() else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        follow_calendar(request, obj.line)


class BoardingInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    """Who rides: the orders, to be looked up in the list of orders."""

    model = Boarding
    organisation_path = "run__line__organisation"
    fields = ("order_code", "board_seq", "alight_seq", "riders", "state")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("line__order")

    @admin.display(description=_("order"))
    def order_code(self, ride: Boarding) -> str:
        return ride.line.order.code

    @admin.display(description=_("state"))
    def state(self, ride: Boarding) -> str:
        return ride.line.get_state_display()


class SeatsForm(ActionForm):
    """The number that the action "set seats" asks for; read by the action, which says why not."""

    seats = forms.CharField(
        label="",
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(
            attrs={"placeholder": _("seats"), "aria-label": _("seats")}
        ),
    )


@admin.register(Run)
class RunAdmin(TellsOfChanges, ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "line__organisation"
    list_display = ("local_departure", "line", "direction", "seats", "sold", "state")
    list_filter = ("state", "direction", "line")
    list_select_related = ("line__region",)
    list_per_page = 50
    search_fields = ("line__slug", "line__name_zh", "line__name_en")
    ordering = ("departs_at", "pk")
    date_hierarchy = "service_date"
    show_full_result_count = False
    fields = (
        "line", "trip", "direction", "service_date", "local_departure", "state", "who_was_told",
    )  # fmt: skip
    about = staticmethod(operations.about)
    inlines = (BoardingInline,)
    action_form = SeatsForm
    actions = ("cancel", "restore", "set_seats")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.with_counts(super().get_queryset(request))

    @admin.display(description=_("departs at"), ordering="departs_at")
    def local_departure(self, run: Run) -> str:
        return run.local_departure

    @admin.display(description=_("seats"))
    def seats(self, run: Any) -> int:
        return int(run.seats)

    @admin.display(description=_("sold on the fullest segment"))
    def sold(self, run: Any) -> int:
        return int(run.taken)

    @admin.action(description=_("Cancel these runs and return what was paid"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            codes = operations.cancel_run(run=run, actor=actor_of(request), at=clock.now())
            tell_cancelled(request, run, codes)

    @admin.action(description=_("Put these runs back on sale"))
    def restore(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            operations.restore_run(run=run, actor=actor_of(request), at=clock.now())

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

    def _asked_seats(self, request: HttpRequest) -> int | None:
        """The number that was typed beside the action; None with a message when it is none."""
        try:
            return whole(request.POST.get("seats"), field="seats", least=1, most=MOST_SEATS)
        except BadInput:
            messages.error(request, _("Please say how many seats, from 1 to 200."))
            return None


def actor_of(request: HttpRequest) -> str:
    """The person at the desk, as audits name them."""
    return f"user:{request.user.pk}"


def follow_calendar(request: HttpRequest, line: ShuttleLine) -> None:
    """Cancel coming runs that the timetable no longer has, and say which orders that touches."""
    dropped = operations.follow_calendar(line=line, actor=actor_of(request), at=clock.now())
    if dropped:
        count = len(dropped)
        words = ngettext(
            "%(count)s run is cancelled; what was paid goes back.",
            "%(count)s runs are cancelled; what was paid goes back.",
            count,
        )
        messages.warning(request, words % {"count": count})


def tell_cancelled(request: HttpRequest, run: Run, codes: list[str]) -> None:
    """Say that a run is cancelled, and whose money is on its way back."""
    if codes:
        words = _("%(run)s is cancelled. What was paid goes back for the orders %(codes)s.")
        messages.warning(request, words % {"run": run, "codes": ", ".join(codes)})
    else:
        messages.success(request, _("%(run)s is cancelled; nobody had booked it.") % {"run": run})
