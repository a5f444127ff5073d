"""Tabs in the admin: who may pay later and how much; bills and their lines to read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.tabs.models import Bill, Item, Member, Tab
from kernel import clock
from kernel.web import columns
from kernel.web.fields import YuanField
from kernel.web.inlines import TabularInline

_BECAUSE = _("What is used on a tab is lent by the platform.")
_LIMIT = columns.price("limit_fen", _("Limit"))
_USED = columns.price("used_fen", _("Used and not paid"))
_AMOUNT = columns.price("amount_fen", _("Amount"))
_FEN = columns.price("fen", _("Amount"))
_RETURNED = columns.price("returned_fen", _("Returned"))


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
        if limit < self.instance.used_fen:
            raise forms.ValidationError(
                _("More than this is used already. To stop it, switch off “open”.")
            )
        return limit


@admin.register(Tab)
class TabAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    form = TabForm
    inlines = (MemberInline,)
    list_display = ("name", _LIMIT, _USED, "is_open")
    fields = ("name", "region", "limit_fen", _USED, "pay_within_days", "is_open")
    readonly_fields = (_USED,)
    list_filter = ("is_open",)
    search_fields = ("name",)
    show_full_result_count = False

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
