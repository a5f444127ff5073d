"""Suppliers as taxpayers: each desk enters its own number, rates and token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.organisations.scoping import ScopedAdmin
from bookings.invoices import tax_numbers
from bookings.invoices.models import Issuer, Rate
from bookings.invoices.queries import TOKEN_PURPOSE
from kernel import clock, seals
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.web.inlines import TabularInline


class RateInline(ScopedAdmin, TabularInline):
    organisation_path = "issuer__organisation"
    model = Rate
    extra = 0
    fields = ("kind", "is_kept", "goods_code", "permille", "policy")


class IssuerForm(forms.ModelForm):
    """The token is written and never shown."""

    tax_number = forms.CharField(
        label=_("tax number"), max_length=30, widget=UnfoldAdminTextInputWidget()
    )
    token = forms.CharField(
        label=_("Token at the invoice service"),
        max_length=200,
        required=False,
        help_text=_("Leave it empty to keep the one that is there."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def clean_tax_number(self) -> str:
        try:
            return tax_numbers.read(self.cleaned_data["tax_number"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.reason) from None


@admin.register(Issuer)
class IssuerAdmin(ScopedAdmin, ModelAdmin):
    organisation_path = "organisation"
    form = IssuerForm
    list_display = ("organisation", "name", "tax_number", "moment", "is_on")
    fields = (
        "organisation", "name", "tax_number", "address", "phone", "account", "clerk", "moment", "token",
        "is_on",
    )  # fmt: skip
    list_filter = ("is_on",)
    list_select_related = ("organisation",)
    search_fields = ("name",)
    show_full_result_count = False
    inlines = (RateInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its invoices may still want red letters: it is switched off instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Issuer, form: Any, change: bool) -> None:
        if token := form.cleaned_data.get("token"):
            obj.token_sealed = seals.seal(token, purpose=TOKEN_PURPOSE)
        super().save_model(request, obj, form, change)
        audit.record(
            actor=f"user:{request.user.pk}",
            action="invoice.set-issuer",
            subject=f"organisation:{obj.organisation_id}",
            facts={"fields": sorted(form.changed_data)},
            at=clock.now(),
        )
