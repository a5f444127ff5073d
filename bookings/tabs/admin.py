"""Tabs in the admin: who may pay later and how much; bills and their lines to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.tabs import operations
from bookings.tabs.models import Bill, Item, Member, Payout, Tab
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns
from kernel.web.fields import YuanField
from kernel.web.inlines import TabularInline
from kernel.web.templatetags.quanyu import money

_BECAUSE = _("What is used on a tab is lent by the platform.")
_LIMIT = columns.price("limit_fen", _("Limit"))
_USED = columns.price("used_fen", _("Used and not paid"))
_AMOUNT = columns.price("amount_fen", _("Amount"))
_FEN = columns.price("fen", _("Amount"))
_RETURNED = columns.price("returned_fen", _("Returned"))


class Owed(admin.SimpleListFilter):
    """Tabs that the platform owes something, or all others."""

    title = _("owed by the platform")
    parameter_name = "used_fen__lt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("0", _("below zero"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Tab]) -> QuerySet[Tab]:
        return queryset.filter(used_fen__lt=0) if self.value() == "0" else queryset


class MemberInline(PlatformOnlyAdmin, TabularInline):
    platform_only_because = _BECAUSE
    model = Member
    extra = 0
    fields = ("user", "is_admin")
    autocomplete_fields = ("user",)


class TabForm(forms.ModelForm):
    """A limit below what is used cannot be: a tab is stopped by closing it."""

    limit_fen = YuanField(label=_("Limit (yuan)"))

    def clean_limit_fen(self) -> int:
        limit: int = self.cleaned_data["limit_fen"]
        if limit != self.instance.limit_fen and limit < self.instance.used_fen:
            raise forms.ValidationError(
                _("More than this is used already. To stop it, switch off “open”.")
            )
        return limit

    def clean_is_open(self) -> bool:
        is_open: bool = self.cleaned_data["is_open"]
        if is_open and self.instance.used_fen > self.cleaned_data.get("limit_fen", 0):
            raise forms.ValidationError(
                _("More than the limit is used: its bills must be paid first.")
            )
        return is_open


@admin.register(Tab)
class TabAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    form = TabForm
    inlines = (MemberInline,)
    list_display = ("name", _LIMIT, _USED, "is_open")
    fields = ("name", "region", "limit_fen", _USED, "pay_within_days", "is_open")
    readonly_fields = (_USED,)
    queues = (Queue(_("Tabs that are owed money"), {"used_fen__lt": "0"}),)
    list_filter = (Owed, "is_open")
    search_fields = ("name",)
    show_full_result_count = False
    actions = ("pay_out",)

    @admin.action(description=_("Pay out what is owed"))
    def pay_out(self, request: HttpRequest, queryset: QuerySet[Tab]) -> None:
        """Each tab by itself."""
        for tab in queryset:
            try:
                made = operations.pay_out(
                    tab_id=tab.pk, actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, refusal.reason)
                continue
            if made.paid_at is None:
                messages.warning(request, _("Above the limit: a second person must approve it."))
            else:
                words = _("Booked. Please transfer %(sum)s to %(tab)s with the words %(number)s.")
                messages.success(
                    request, words % {"sum": money(made.fen), "tab": tab, "number": made}
                )

    def save_model(self, request: HttpRequest, obj: Tab, form: Any, change: bool) -> None:
        """Only what was changed is written: what is used moves meanwhile."""
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.save()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    queues = (Queue(_("Bills that are not paid"), {"paid_at__isnull": "True"}),)
    list_display = ("month", "tab", _AMOUNT, "due_at", "paid_at", "is_late")
    fields = ("tab", "month", _AMOUNT, "issued_at", "due_at", "paid_at", "attempt_id")
    readonly_fields = fields
    list_filter = (("paid_at", admin.EmptyFieldListFilter),)
    list_select_related = ("tab",)
    search_fields = ("tab__name",)
    date_hierarchy = "month"
    show_full_result_count = False

    @admin.display(description=_("late"), boolean=True)
    def is_late(self, bill: Bill) -> bool:
        return bill.is_late(clock.now())


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    queues = (
        Queue(
            _("Payouts of tabs that wait for a second person"),
            {"paid_at__isnull": "True", "dropped_at__isnull": "True"},
        ),
    )
    list_display = ("asked_at", "__str__", "tab", _FEN, "asked_by", "approved_by", "paid_at")
    fields = ("tab", _FEN, "asked_by", "asked_at", "approved_by", "paid_at", "dropped_at")
    readonly_fields = fields
    list_filter = (
        ("paid_at", admin.EmptyFieldListFilter), ("dropped_at", admin.EmptyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("tab",)
    search_fields = ("tab__name",)
    date_hierarchy = "asked_at"
    show_full_result_count = False
    actions = ("approve", "drop")

    @admin.action(description=_("Approve as the second person"))
    def approve(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        self._each(request, queryset, operations.approve_payout)

    @admin.action(description=_("Give up"))
    def drop(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        self._each(request, queryset, operations.drop_payout)

    @staticmethod
    def _each(
        request: HttpRequest, queryset: QuerySet[Payout], work: Callable[..., Payout]
    ) -> None:
        for payout in queryset:
            try:
                work(payout_id=payout.pk, actor=f"user:{request.user.pk}", at=clock.now())
            except Refusal as refusal:
                messages.error(request, f"{payout}: {refusal.reason}")
            else:
                messages.success(request, f"{payout}: {_('noted')}")


@admin.register(Item)
class ItemAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    list_display = ("at", "tab", _FEN, "words", "actor", "bill")
    fields = ("tab", "at", _FEN, _RETURNED, "words", "who", "token", "of", "bill")
    readonly_fields = fields
    search_fields = ("tab__name", "words", "actor")
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("payer"))
    def who(self, item: Item) -> str:
        return identity.names_of([item.actor])[item.actor]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        found: QuerySet[Item] = super().get_queryset(request)
        return found.select_related("tab", "bill__tab", "of__tab")
