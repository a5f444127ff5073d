"""Annual cards: entered with the holder's document, withdrawn by an action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.organisations.scoping import ScopedAdmin
from accounts.travellers import operations as travellers
from accounts.travellers.documents import Kind
from accounts.travellers.names import LONGEST, read_name
from kernel import clock
from kernel.errors import Refusal
from tourism.tickets import operations
from tourism.tickets.models import AnnualCard


class AnnualCardForm(forms.ModelForm):
    """A card with its holder's document, of which only the index and a mask are kept."""

    holder = forms.CharField(
        label=_("Holder"), max_length=LONGEST, widget=UnfoldAdminTextInputWidget
    )
    kind = forms.ChoiceField(
        label=_("Document"), choices=Kind.choices, widget=UnfoldAdminSelectWidget
    )
    document = forms.CharField(
        label=_("Document number"), max_length=40, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = AnnualCard
        fields = ("area", "number", "holder", "kind", "document", "valid_from", "valid_until")

    def clean_holder(self) -> str:
        return read_name(self.cleaned_data["holder"])

    def clean(self) -> dict[str, Any]:
        """What the operation would refuse is said at its field."""
        cleaned = super().clean() or {}
        if cleaned.get("document") and cleaned.get("kind"):
            try:
                travellers.read_document(
                    kind=cleaned["kind"], number=cleaned["document"], at=clock.now()
                )
            except Refusal as refusal:
                self.add_error("document", ValidationError(refusal.reason, code=refusal.code))
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", operations.EndsBeforeItBegins().reason)
        return cleaned


@admin.register(AnnualCard)
class AnnualCardAdmin(ScopedAdmin, ModelAdmin):
    """Nothing of a card is edited: a wrong one is withdrawn and entered again."""

    organisation_path = "area__organisation"
    list_display = (
        "number", "holder", "document_masked", "area", "valid_from", "valid_until", "revoked_at",
    )  # fmt: skip
    list_filter = ("area", "valid_until")
    list_select_related = ("area",)
    search_fields = ("number", "holder")
    autocomplete_fields = ("area",)
    actions = ("withdraw",)
    show_full_result_count = False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any
    ) -> Any:
        given = {**more, "form": AnnualCardForm} if obj is None else more
        return super().get_form(request, obj, change, **given)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return AnnualCardForm.Meta.fields if obj is None else super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        hidden = ("id", "document_index")
        return [f.name for f in AnnualCard._meta.fields if f.name not in hidden]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("document_index",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AnnualCard, form: Any, change: bool) -> None:
        card = operations.enter_card(
            **form.cleaned_data, actor=f"user:{request.user.pk}", at=clock.now()
        )
        obj.pk = card.pk

    @admin.action(description=_("Withdraw: not good any more"))
    def withdraw(self, request: HttpRequest, queryset: QuerySet[AnnualCard]) -> None:
        actor, at = f"user:{request.user.pk}", clock.now()
        done = [operations.withdraw_card(card=card, actor=actor, at=at) for card in queryset]
        words = ngettext("%(count)s card withdrawn.", "%(count)s cards withdrawn.", sum(done))
        messages.success(request, words % {"count": sum(done)})
