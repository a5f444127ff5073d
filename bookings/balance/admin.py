"""Balances in the admin: to read; offers to edit."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.balance.models import Account, Offer, TopUp
from kernel.web import columns
from kernel.web.fields import YuanField

_PAID = columns.price("paid_fen", _("Paid in"))
_BONUS = columns.price("bonus_fen", _("Bonus"))
_PAY = columns.price("pay_fen", _("Pay in"))


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A balance is owed to a person by the platform.")
    list_display = ("actor", "currency", _PAID, _BONUS)
    fields = ("who", "currency", _PAID, _BONUS)
    readonly_fields = fields
    search_fields = ("actor",)
    show_full_result_count = False

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
