"""Gate devices, their scans and incidents in the admin: to read, and to shut devices out."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import actors
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.gates import operations
from bookings.gates.models import GateDevice, GateScan, Incident
from bookings.gates.texts import why
from kernel import clock


@admin.register(GateDevice)
class GateDeviceAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = (
        "stands", "organisation", "seen_at", "queue", "battery", "skew_ms", "version", "revoked_at",
    )  # fmt: skip
    fields = (
        "organisation", "stands", "post_key", "alone", "enrolled_at", "seen_at", "version", "queue",
        "battery",
        "skew_ms", "heard_until", "synced", "revoked_at", "revoked_by",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("organisation",)
    search_fields = ("post_key", "organisation__name_zh")
    show_full_result_count = False
    actions = ("shut_out",)

    @admin.display(description=_("post in words"), ordering="post_key")
    def stands(self, device: GateDevice) -> str:
        return device.stands

    @admin.action(description=_("Shut out: refused from the next request on"))
    def shut_out(self, request: HttpRequest, queryset: QuerySet[GateDevice]) -> None:
        for device in queryset:
            operations.shut_out(
                device_id=device.pk,
                organisation_ids=[device.organisation_id],
                actor=actors.actor_of(request),
                at=clock.now(),
            )
        messages.success(request, _("The chosen devices are shut out."))


@admin.register(GateScan)
class GateScanAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "device__organisation"
    list_display = (
        "at", "device", "sequence", "direction", "persons", "shown", "is_offline", "outcome", "why",
    )  # fmt: skip
    fields = (
        "device", "sequence", "at", "received_at", "carrier_id", "direction", "persons", "shown",
        "is_offline", "outcome", "why", "reason",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("outcome", "is_offline")
    list_select_related = ("device",)
    search_fields = ("device__post_key", "reason")
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("reason in words"), ordering="reason", empty_value="-")
    def why(self, scan: GateScan) -> str:
        return why(scan.reason)


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "scan__device__organisation"
    queues = (Queue(_("Let in by a gate alone, not counted"), {"closed_at__isnull": "True"}),)
    list_display = ("opened_at", "why", "scan", "earlier", "carrier", "closed_at", "closed_by")
    fields = (
        "scan", "earlier", "carrier", "why", "reason", "opened_at", "closed_at", "closed_by", "note",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("scan__device", "earlier__device", "carrier")
    search_fields = ("reason", "scan__device__post_key")
    date_hierarchy = "opened_at"
    show_full_result_count = False

    @admin.display(description=_("reason in words"), ordering="reason")
    def why(self, incident: Incident) -> str:
        return why(incident.reason)
