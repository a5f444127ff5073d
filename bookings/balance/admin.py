"""Balances in the admin: to read, and to unblock; offers to edit."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.balance import operations
from bookings.balance.models import Account, Credit, Offer, TopUp
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns
from kernel.web.fields import YuanField

_PAID = columns.price("paid_fen", _("Paid in"))
_BONUS = columns.price("bonus_fen", _("Bonus"))
_OWED = columns.price("owed_fen", _("Owed to us"))
_CREDITED = columns.price("fen", _("Credited"))
_PAY = columns.price("pay_fen", _("Pay in"))


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A balance is owed to a person by the platform.")
    queues = (Queue(_("Balances that are blocked"), {"blocked_at__isnull": "False"}),)
    list_display = ("actor", "currency", _PAID, _BONUS, _OWED, "blocked_at")
    fields = ("who", "currency", _PAID, _BONUS, _OWED, "blocked_at")
    readonly_fields = fields
    list_filter = (("blocked_at", admin.EmptyFieldListFilter),)
    search_fields = ("actor",)
    show_full_result_count = False
    actions = ("unblock",)

    @admin.action(description=_("Set off what is owed, and unblock"))
    def unblock(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            try:
                operations.unblock(
                    account_id=account.pk, actor=f"user:{request.user.pk}", at=clock.now()
                )
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("The balance can be spent again."))

    @admin.display(description=_("owner"))
    def who(self, account: Account) -> str:
        return identity.names_of([account.actor])[account.actor]


class OfferForm(forms.ModelForm):
    pay_fen = YuanField(label=_("Pay in (yuan)"))
    bonus_fen = YuanField(label=_("Bonus (yuan)"))


@admin.register(Offer)
class OfferAdmin(PlatformOnlyAdmin, ModelAdmin):
    form = OfferForm
    platform_only_because = _("What is given on top is the platform's expense.")
    list_display = ("name_zh", _PAY, _BONUS, "bonus_days", "is_on")
    fields = ("name_zh", "name_en", "pay_fen", "bonus_fen", "bonus_days", "is_on")
    search_fields = ("name_zh", "name_en")
    show_full_result_count = False


@admin.register(TopUp)
class TopUpAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A balance is owed to a person by the platform.")
    list_display = ("asked_at", "account", _PAY, _BONUS, "paid_at")
    fields = ("account", _PAY, _BONUS, "bonus_days", "asked_at", "paid_at", "attempt_id")
    readonly_fields = fields
    list_select_related = ("account",)
    date_hierarchy = "asked_at"
    search_fields = ("account__actor",)
    show_full_result_count = False


@admin.register(Credit)
class CreditAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A balance is owed to a person by the platform.")
    list_display = ("at", "account", "words", _CREDITED, _BONUS)
    fields = ("account", "words", _CREDITED, _BONUS, "at", "key")
    readonly_fields = fields
    list_select_related = ("account",)
    date_hierarchy = "at"
    search_fields = ("account__actor", "words")
    show_full_result_count = False
