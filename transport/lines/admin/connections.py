"""Operators' hands on connections: which trains a line waits for, or rebooks the riders of."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ScopedAdmin
from kernel import clock
from transport.lines.admin.following import actor_of
from transport.lines.forms import ConnectionForm
from transport.lines.models import Connection


@admin.register(Connection)
class ConnectionAdmin(ScopedAdmin, ModelAdmin):
    """Who writes one down stands by it."""

    form = ConnectionForm
    organisation_path = "line__organisation"
    list_display = (
        "line", "trip", "place", "station", "train_number", "transfer_min", "rule", "wait_min",
        "is_confirmed",
    )  # fmt: skip
    list_filter = ("rule", "line")
    list_select_related = ("line", "trip", "place")
    search_fields = ("line__slug", "line__name_zh", "line__name_en", "station", "train_number")
    autocomplete_fields = ("line", "trip", "place")
    fields = (
        "line", "trip", "place", "station", "train_number", "arrives_s", "transfer_min", "rule",
        "wait_min", "source", "confidence", "confirmed_at", "confirmed_by",
    )  # fmt: skip
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        obj.confirmed_at, obj.confirmed_by = clock.now(), actor_of(request)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, row: Connection) -> bool:
        return not row.is_sample
