"""Operators' hands on who drives what: an assignment is refused where a paper does not cover the ride."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import ScopedAdmin
from kernel import clock
from kernel.errors import Refusal
from transport.lines import operations
from transport.lines.admin.following import actor_of
from transport.lines.models import Assignment


class AssignmentForm(forms.ModelForm):
    """Says at once what is against it; the operation looks again."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"run", "vehicle", "driver"} <= {*cleaned}:
            chosen = {name: cleaned[name] for name in ("run", "vehicle", "driver")}
            try:
                operations.check(**chosen)
            except Refusal as refusal:
                raise ValidationError(refusal.reason) from None
        return cleaned


@admin.register(Assignment)
class AssignmentAdmin(ScopedAdmin, ModelAdmin):
    """Another vehicle is another assignment: the old one is taken off first."""

    form = AssignmentForm
    organisation_path = "run__line__organisation"
    list_display = ("run", "vehicle", "driver", "assigned_at")
    list_filter = ("run__line",)  # of a thousand vehicles one is searched for
    list_select_related = ("run__line__region", "vehicle", "driver")
    search_fields = ("vehicle__plate", "driver__name", "run__line__slug")
    autocomplete_fields = ("run", "vehicle", "driver")
    fields = ("run", "vehicle", "driver")
    date_hierarchy = "run__departs_at"
    ordering = ("-run__departs_at", "pk")
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        made = operations.assign(
            run=obj.run, vehicle=obj.vehicle, driver=obj.driver, actor=actor_of(request),
            at=clock.now(),
        )  # fmt: skip
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        operations.unassign(assignment=obj, actor=actor_of(request), at=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> None:
        for assignment in queryset:
            self.delete_model(request, assignment)
