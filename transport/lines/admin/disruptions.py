"""Operators' hands on the day: a run is late, or called off. Whom it concerns is shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from kernel import clock
from kernel.errors import Refusal
from kernel.web.templatetags.quanyu import duration
from transport.lines import disrupted, operations
from transport.lines.admin.following import actor_of
from transport.lines.forms import CallOffForm, DelayForm
from transport.lines.models import (
    AffectedRide,
    Disruption,
    DisruptionKind,
    OnSilence,
    RideChoice,
    Run,
    RunState,
)
from transport.lines.operations import Reason, Touched

_MOST_AT_ONCE = 100
_ROUTES = {"delay": "transport_lines_run_delay", "call-off": "transport_lines_run_call_off"}


class DisruptsRuns(ScopedAdmin):
    """For the admin of runs: its two pages, and links to them."""

    @admin.display(description=_("delay"))
    def late(self, run: Run) -> str:
        return duration(run.late_min) if run.delay_s else ""

    @admin.display(description=_("today"))
    def day_links(self, run: Run) -> SafeString | str:
        if run.state != RunState.SCHEDULED:
            return ""
        urls = [reverse(f"admin:{name}", args=[run.pk]) for name in _ROUTES.values()]
        link = '<a class="text-link" href="{}">{}</a>'
        return format_html(
            f"{link} · {link}", urls[0], _("Is late"), urls[1], pgettext("a departure", "Call off")
        )

    def get_urls(self) -> list[URLPattern]:
        views = {"delay": self.delay, "call-off": self.call_off}
        own = [
            path(f"<int:run_id>/{step}/", self.admin_site.admin_view(view), name=_ROUTES[step])
            for step, view in views.items()
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def delay(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """So many minutes late, and why; 0 is on time again."""
        run = self._found(request, run_id)
        form = DelayForm(request.POST or None, initial={"minutes": run.late_min or None})
        held = operations.touched_by(run)
        if form.is_valid() and is_seen(request, held):
            given = form.cleaned_data
            try:
                operations.announce_delay(
                    run=run, delay_s=given["minutes"] * 60, reason=_reason(given),
                    actor=actor_of(request), at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Announced. Its riders are being told."))
                return redirect("admin:transport_lines_run_change", run.pk)
        return self._plan(request, run, form, held, is_delay=True)

    def call_off(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """It does not run, and why."""
        run = self._found(request, run_id)
        form, held = CallOffForm(request.POST or None), operations.touched_by(run)
        if form.is_valid() and is_seen(request, held):
            operations.cancel_run(
                run=run, reason=_reason(form.cleaned_data), actor=actor_of(request), at=clock.now()
            )
            messages.success(request, _("Called off. Its riders are being told, and choose."))
            return redirect("admin:transport_lines_run_change", run.pk)
        return self._plan(request, run, form, held, is_delay=False)

    @admin.action(description=_("Call these runs off: riders choose, or have everything back"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> TemplateResponse | None:
        """Show whom it concerns and ask why, the same for all; then call them off."""
        scheduled = queryset.filter(state=RunState.SCHEDULED).select_related("line__region", "trip")
        runs = list(scheduled.order_by("departs_at", "pk")[: _MOST_AT_ONCE + 1])
        if not 0 < len(runs) <= _MOST_AT_ONCE:
            words = _("Please choose 1 to %(most)s departures that are not called off yet.")
            messages.error(request, words % {"most": _MOST_AT_ONCE})
            return None
        held = _all_touched(runs)
        form = CallOffForm(request.POST if "seen" in request.POST else None)
        if form.is_valid() and is_seen(request, held):
            for run in runs:
                codes = operations.cancel_run(
                    run=run, reason=_reason(form.cleaned_data), actor=actor_of(request),
                    at=clock.now(),
                )  # fmt: skip
                _tell_called_off(request, run, codes)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Call off departures"),
            "runs": runs,
            "form": form,
            "held": held,
            "seen": _seen(held),
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "transport_lines/admin_disrupt.html", context)

    def _found(self, request: HttpRequest, run_id: int) -> Run:
        rows = self.get_queryset(request).select_related("line__region", "trip")
        run: Run | None = rows.filter(pk=run_id, state=RunState.SCHEDULED).first()
        if run is None:
            raise Http404
        return run

    def _plan(
        self, request: HttpRequest, run: Run, form: Any, held: Touched, *, is_delay: bool
    ) -> HttpResponse:
        words = _("%(run)s is late") if is_delay else _("Call off %(run)s")
        context = {
            **self.admin_site.each_context(request),
            "title": words % {"run": run},
            "run": run,
            "form": form,
            "held": held,
            "seen": _seen(held),
            "is_delay": is_delay,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "transport_lines/admin_disrupt.html", context)


def is_seen(request: HttpRequest, held: Touched) -> bool:
    """Whether who decides has seen how many it concerns; otherwise the page shows it now."""
    if request.POST.get("seen") == _seen(held):
        return True
    messages.warning(request, _("Somebody has booked or cancelled meanwhile. Please look again."))
    return False


def _seen(held: Touched) -> str:
    return f"{held.orders}:{held.people}"


def _reason(given: dict[str, Any]) -> Reason:
    return Reason(zh=given["reason_zh"], en=given["reason_en"])


def _all_touched(runs: Sequence[Run]) -> Touched:
    """Whom several runs concern together."""
    held = [operations.touched_by(run) for run in runs]
    return Touched(sum(each.orders for each in held), sum(each.people for each in held))


def _tell_called_off(request: HttpRequest, run: Run, codes: list[str]) -> None:
    """Say that a run is called off, and who is being asked."""
    if codes:
        words = _("%(run)s is called off. Whoever is on the orders %(codes)s is told and chooses.")
        messages.warning(request, words % {"run": run, "codes": ", ".join(codes)})
    else:
        messages.success(request, _("%(run)s is called off; nobody had booked it.") % {"run": run})


@admin.register(Disruption)
class DisruptionAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """What was announced, by whom, and what became of the riders."""

    organisation_path = "run__line__organisation"
    list_display = (
        "run", "what", "train", "reason_zh", "made_at", "rides", "undecided", "moved", "returned",
    )  # fmt: skip
    list_filter = ("kind",)
    list_select_related = ("run__line__region", "train")
    search_fields = (
        "run__line__slug", "run__line__name_zh", "run__line__name_en", "reason_zh", "reason_en",
    )  # fmt: skip
    fields = (
        "run", "what", "train", "reason_zh", "reason_en", "has_choice", "made_at", "by_whom",
        "ended_at", "rides", "undecided", "moved", "returned",
    )  # fmt: skip
    readonly_fields = fields
    date_hierarchy = "made_at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return disrupted.with_counts(super().get_queryset(request))

    @admin.display(description=_("what"))
    def what(self, row: Disruption) -> str:
        if row.kind == DisruptionKind.DELAY and row.delay_s:
            return f"{row.get_kind_display()} {duration(row.delay_s // 60)}"
        return str(
            _("on time again") if row.kind == DisruptionKind.DELAY else row.get_kind_display()
        )

    @admin.display(description=_("by"))
    def by_whom(self, row: Disruption) -> str:
        is_rule = row.actor == "system"
        return str(_("by rule")) if is_rule else identity.names_of([row.actor])[row.actor]

    @admin.display(description=_("rides"))
    def rides(self, row: Any) -> int:
        return int(row.all_rides)

    @admin.display(description=_("not decided"))
    def undecided(self, row: Any) -> int:
        return int(row.open_rides)

    @admin.display(description=_("other departure"))
    def moved(self, row: Any) -> int:
        return int(row.moved_rides)

    @admin.display(description=_("money back"))
    def returned(self, row: Any) -> int:
        return int(row.returned_rides)


@admin.register(AffectedRide)
class AffectedRideAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """What each rider has chosen; those of late trains for whom there is no seat stand in the queue."""

    organisation_path = "disruption__run__line__organisation"
    queues = (
        Queue(
            _("Riders of late trains without a seat"),
            {
                "disruption__kind__exact": DisruptionKind.TRAIN,
                "on_silence__exact": OnSilence.REFUND,
                "choice__exact": RideChoice.OPEN,
            },
        ),
    )
    list_display = (
        "order_code", "disruption", "people", "choice", "on_silence", "moved_to", "decide_by",
        "chosen_at", "ended_at",
    )  # fmt: skip
    list_filter = ("choice", "on_silence", "disruption__kind")
    list_select_related = (
        "line__order", "disruption__run__line__region", "moved_to__line__region",
    )  # fmt: skip
    search_fields = ("line__order__code",)
    fields = (*list_display,)
    readonly_fields = fields
    date_hierarchy = "decide_by"
    show_full_result_count = False

    @admin.display(description=_("order"))
    def order_code(self, row: AffectedRide) -> str:
        return row.line.order.code

    @admin.display(description=_("riders"))
    def people(self, row: AffectedRide) -> int:
        return len(row.part_keys)
