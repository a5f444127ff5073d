"""Vouchers in the admin, with their steps and passages: to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import ReadOnlyAdmin, ScopedAdmin
from bookings.vouchers import operations, reasons
from bookings.vouchers.models import JointPost, Redemption, Step, Surplus, TurnedAway, Voucher
from bookings.vouchers.models.passages import Passage
from kernel import clock
from kernel.naming import say


def _place(row: Passage | TurnedAway) -> str:
    """The post in words; its zone where it has none."""
    return say(row.place) or row.zone


class _InWords:
    """Where somebody passed or was refused, and why, in words."""

    @admin.display(description=_("post"), ordering="zone")
    def where(self, row: Passage | TurnedAway) -> str:
        return _place(row)

    @admin.display(description=_("reason in words"), ordering="reason")
    def why(self, row: Surplus | TurnedAway) -> str:
        return reasons.words_of(row.reason)


class StepInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    organisation_path = "voucher__line__supplier"
    model = Step
    fields = ("at", "before", "after", "why", "actor")
    readonly_fields = fields
    ordering = ("pk",)
    extra = 0


class _PassageInline(_InWords, ReadOnlyAdmin, ScopedAdmin, TabularInline):
    organisation_path = "voucher__line__supplier"
    ordering = ("pk",)
    extra = 0


class RedemptionInline(_PassageInline):
    model = Redemption
    fields = (
        "at", "direction", "entry_no", "where", "door", "fallback", "is_offline", "actor", "undone_at",
    )  # fmt: skip
    readonly_fields = fields


class SurplusInline(_PassageInline):
    model = Surplus
    fields = ("at", "direction", "why", "where", "door", "fallback", "actor", "told_at")
    readonly_fields = fields


@admin.register(Voucher)
class VoucherAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "line__supplier"
    list_display = (
        "id", "line", "zone", "valid_from", "valid_until", "entries_used", "entries_allowed", "state",
        "expired_at",
    )  # fmt: skip
    fields = (
        "line", "part_key", "zone", "doors_in", "doors_out", "valid_from", "valid_until", "rule",
        "reentry_days", "entries_used", "entries_allowed", "is_inside", "entered_at", "state",
        "issued_at", "expired_at", "voided_at",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", ("expired_at", admin.EmptyFieldListFilter))
    list_select_related = ("line__order",)
    search_fields = ("line__order__code", "zone")
    date_hierarchy = "valid_from"
    show_full_result_count = False
    inlines = (StepInline, RedemptionInline, SurplusInline)


@admin.register(Redemption)
class RedemptionAdmin(_InWords, ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "voucher__line__supplier"
    list_display = (
        "at", "where", "door", "direction", "entry_no", "fallback", "is_offline", "actor", "undone_at",
    )  # fmt: skip
    fields = ("voucher", *list_display)
    readonly_fields = fields
    list_filter = ("direction", "fallback", "is_offline", ("undone_at", admin.EmptyFieldListFilter))
    search_fields = ("voucher__line__order__code", "zone", "door")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(Surplus)
class SurplusAdmin(_InWords, ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    organisation_path = "voucher__line__supplier"
    list_display = ("at", "where", "door", "direction", "why", "fallback", "actor", "told_at")
    fields = ("voucher", "counted", *list_display)
    readonly_fields = fields
    list_filter = ("direction", "reason", "fallback")
    search_fields = ("voucher__line__order__code", "zone", "door")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(TurnedAway)
class TurnedAwayAdmin(_InWords, ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    list_display = ("at", "where", "why", "voucher", "actor")
    fields = ("organisation", *list_display, "zone", "reason")
    readonly_fields = fields
    list_filter = ("reason",)
    list_select_related = ("voucher__line__order", "voucher__carrier")
    search_fields = ("voucher__line__order__code", "zone", "reason")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(JointPost)
class JointPostAdmin(ScopedAdmin, ModelAdmin):
    """The platform joins posts; the house whose vouchers are used up there agrees, or takes it back."""

    organisation_path = "partner"
    list_display = ("organisation", "zone", "door", "partner", "also_zone", "agreed_at")
    list_filter = ("organisation", "partner")
    list_select_related = ("organisation", "partner")
    search_fields = ("zone", "also_zone")
    autocomplete_fields = ("organisation", "partner")
    fields = (
        "organisation", "zone", "door", "partner", "also_zone", "agreed_at", "agreed_by", "source",
        "confidence",
    )  # fmt: skip
    readonly_fields = ("agreed_at", "agreed_by", "source", "confidence")
    show_full_result_count = False
    actions = ("agree", "take_back")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_platform(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else self.readonly_fields

    @admin.action(description=_("Agree: one scan there uses our vouchers as well"))
    def agree(self, request: HttpRequest, queryset: QuerySet[JointPost]) -> None:
        self._set(request, queryset, is_agreed=True)

    @admin.action(description=_("Take it back: our vouchers are scanned by us alone"))
    def take_back(self, request: HttpRequest, queryset: QuerySet[JointPost]) -> None:
        self._set(request, queryset, is_agreed=False)

    def _set(self, request: HttpRequest, queryset: QuerySet[JointPost], *, is_agreed: bool) -> None:
        actor, at = f"user:{request.user.pk}", clock.now()
        for row in queryset.order_by("pk"):
            operations.agree(joint_id=row.pk, is_agreed=is_agreed, actor=actor, at=at)
        messages.success(request, _("It is written down."))
