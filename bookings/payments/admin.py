"""Payments in the admin: to read. Money is never edited."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.payments import operations, providers
from bookings.payments.models import OPEN, Attempt, EventState, ProviderEvent, Trouble
from kernel import clock
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
    queues = (
        Queue(
            _("Payments of which the payment service has another sum"),
            {"trouble__exact": Trouble.UNFIT, "state__in": ",".join(OPEN)},
        ),
        Queue(
            _("Payments of which nobody knows how they ended"),
            {"trouble__exact": Trouble.UNANSWERED, "state__in": ",".join(OPEN)},
        ),
    )
    list_display = (
        "created_at", "order", "purpose", "provider_title", "state", "trouble", _AMOUNT, _RETURNED,
    )  # fmt: skip
    fields = (
        "order", "purpose", "purpose_id", "payer_name", "provider_title", _HOW, "state",
        "trouble", _AMOUNT, _SET_ASIDE, _RECEIVED, _RETURNED, _TOLD_RETURNED, "dispute", _DISPUTED,
        "currency", "token", "provider_ref", "transaction_ref", "created_at", "closes_at", "asked_at",
        "ended_at",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("provider", "purpose", "state", "trouble", "dispute")
    list_select_related = ("order",)
    search_fields = ("token", "provider_ref", "transaction_ref", "order__code")
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = (ProviderEventInline,)
    actions = ("close_by_hand",)

    @admin.action(description=_("Dealt with at the payment service: close"))
    def close_by_hand(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> None:
        actor, at = f"user:{request.user.pk}", clock.now()
        done = [
            operations.close_by_hand(attempt_id=attempt.pk, actor=actor, at=at)
            for attempt in queryset
        ]
        _say(request, done, _("%(done)s of %(all)s were in trouble and are closed now."))

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
    queues = (
        Queue(_("Notices of payments that we do not know"), {"state__exact": EventState.REJECTED}),
    )
    actions = ("pass_over",)
    list_display = ("received_at", "provider", "event_id", "kind", "state")
    list_filter = ("provider", "state")
    search_fields = ("event_id",)
    date_hierarchy = "received_at"
    show_full_result_count = False

    @admin.action(description=_("Looked into: pass over"))
    def pass_over(self, request: HttpRequest, queryset: QuerySet[ProviderEvent]) -> None:
        actor, at = f"user:{request.user.pk}", clock.now()
        done = [operations.pass_over(event_id=event.pk, actor=actor, at=at) for event in queryset]
        _say(request, done, _("%(done)s of %(all)s were of unknown payments and are passed over."))


def _say(request: HttpRequest, done: Sequence[bool], words: Promise) -> None:
    """How many of the chosen rows something was done about."""
    level = messages.SUCCESS if all(done) else messages.WARNING
    messages.add_message(request, level, str(words) % {"done": sum(done), "all": len(done)})
