"""Operators' hands on relief vehicles: who waits, and whether another one runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from kernel import clock
from kernel.errors import Refusal
from transport.lines import operations
from transport.lines.admin.following import actor_of
from transport.lines.models import Relief, ReliefState


@admin.register(Relief)
class ReliefAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """Accepted, the seats go to those who wait, in their order."""

    organisation_path = "run__line__organisation"
    queues = (
        Queue(
            _("Departures that may need another vehicle"), {"state__exact": ReliefState.PROPOSED}
        ),
    )
    list_display = ("run", "waiting", "state", "proposed_at", "decided_at")
    list_filter = ("state",)
    list_select_related = ("run__line__region",)
    search_fields = ("run__line__slug", "run__line__name_zh", "run__line__name_en")
    fields = ("run", "waiting", "state", "proposed_at", "decided_at", "by_whom")
    date_hierarchy = "proposed_at"
    show_full_result_count = False
    actions = ("accept", "decline")

    @admin.display(description=_("decided by"))
    def by_whom(self, relief: Relief) -> str:
        by = relief.decided_by
        return identity.names_of([by])[by] if by else "–"

    @admin.action(description=_("Let another vehicle run: its seats are for those who wait"))
    def accept(self, request: HttpRequest, queryset: QuerySet[Relief]) -> None:
        words = _("%(run)s has another vehicle. Those who wait are served in their order.")
        self._each(request, queryset, operations.accept_relief, words)

    @admin.action(description=_("Decline: no other vehicle"))
    def decline(self, request: HttpRequest, queryset: QuerySet[Relief]) -> None:
        words = _("%(run)s stays as it is.")
        self._each(request, queryset, operations.decline_relief, words)

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Relief],
        verb: Callable[..., Any],
        words: Any,
    ) -> None:
        for relief in queryset.order_by("pk"):
            try:
                run = verb(relief_id=relief.pk, actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, words % {"run": run})
