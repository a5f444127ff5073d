"""Devices in vehicles and where these are: to read, to invite a device, to shut one out."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import actors
from accounts.identity import queries as identity
from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from kernel import clock, codes
from transport.fleet.admin import VehicleAdmin
from transport.fleet.models import Vehicle
from transport.telematics import operations
from transport.telematics.models import Position, Tracker


@admin.action(description=_("Invite a device: show a code for each of these vehicles"))
def invite(model_admin: VehicleAdmin, request: HttpRequest, queryset: QuerySet[Vehicle]) -> None:
    """A code is shown once; who types it into a device within a quarter of an hour brings it in."""
    for vehicle in queryset:
        code = operations.invite(vehicle=vehicle, actor=actors.actor_of(request), at=clock.now())
        words = _("%(vehicle)s: %(code)s, good for one device and 15 minutes.")
        messages.success(request, words % {"vehicle": vehicle, "code": codes.group(code, 4)})


VehicleAdmin.actions.append(invite)


@admin.register(Position)
class PositionAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "vehicle__organisation"
    list_display = ("vehicle", "at", "latitude", "longitude", "speed", "course", "received_at")
    fields = list_display
    readonly_fields = fields
    list_select_related = ("vehicle",)
    search_fields = ("vehicle__plate", "vehicle__sign")
    ordering = ("-at", "pk")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(Tracker)
class TrackerAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "vehicle__organisation"
    list_display = ("vehicle", "enrolled_at", "seen_at", "skew_ms", "revoked_at")
    fields = ("vehicle", "enrolled_at", "seen_at", "skew_ms", "revoked_at", "by_whom")
    readonly_fields = fields
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("vehicle",)
    search_fields = ("vehicle__plate", "vehicle__sign")
    show_full_result_count = False
    actions = ("shut_out",)

    @admin.display(description=_("shut out by"))
    def by_whom(self, tracker: Tracker) -> str:
        by = tracker.revoked_by
        if by == operations.REPLACED:
            return str(_("a newer device"))
        return identity.names_of([by])[by] if by else "–"

    @admin.action(description=_("Shut out: refused from the next request on"))
    def shut_out(self, request: HttpRequest, queryset: QuerySet[Tracker]) -> None:
        for tracker in queryset:
            operations.shut_out(tracker=tracker, actor=actors.actor_of(request), at=clock.now())
        messages.success(request, _("The chosen devices are shut out."))
