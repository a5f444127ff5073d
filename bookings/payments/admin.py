"""Payments in the admin: to read. Money is never edited."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.payments import providers
from bookings.payments.models import Attempt, ProviderEvent
from kernel.web import columns

_WHY = _("A payment is for a whole order, which may have several suppliers.")

_AMOUNT = columns.price("amount_fen", _("Amount"))
_RECEIVED = columns.price("captured_fen", _("Received"))
_SET_ASIDE = columns.price("authorised_fen", _("Set aside"))
_TOLD_RETURNED = columns.price("told_refunded_fen", _("Returned, as the provider says"))
_DISPUTED = columns.price("disputed_fen", _("Disputed"))
_RETURNED = columns.price("refunded_fen", _("Returned"))
_HOW = columns.words(
    "how", _("How"), {"CHARGE": _("charged at once"), "AUTHORISE": _("set aside only")}
)


class ProviderEventInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = ProviderEvent
    extra = 0
    fields = ("received_at", "event_id", "kind", "state")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("created_at", "order", "purpose", "provider_title", "state", _AMOUNT, _RETURNED)
    fields = (
        "order", "purpose", "purpose_id", "payer_name", "provider_title", _HOW, "state", _AMOUNT, _SET_ASIDE,
        _RECEIVED, _RETURNED, _TOLD_RETURNED, "dispute", _DISPUTED, "currency", "token",
        "provider_ref", "transaction_ref", "created_at", "closes_at", "asked_at",
        "ended_at",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("provider", "purpose", "state", "dispute")
    list_select_related = ("order",)
    search_fields = ("token", "provider_ref", "transaction_ref", "order__code")
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = (ProviderEventInline,)

    @admin.display(description=_("Way to pay"), ordering="provider")
    def provider_title(self, attempt: Attempt) -> str:
        try:
            return providers.get(attempt.provider).title
        except providers.UnknownProvider:
            return attempt.provider

    @admin.display(description=_("Payer"))
    def payer_name(self, attempt: Attempt) -> str:
        return identity.names_of([attempt.payer])[attempt.payer]


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("received_at", "provider", "event_id", "kind", "state")
    list_filter = ("provider", "state")
    search_fields = ("event_id",)
    date_hierarchy = "received_at"
    show_full_result_count = False
