"""The form of one traveller, the same in the book and at checkout."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identity.phones import PhoneField
from accounts.travellers import operations
from accounts.travellers.documents import Issuer, Kind
from accounts.travellers.names import LONGEST, read_name
from kernel import clock
from kernel.errors import Refusal
from kernel.web.forms import PageForm

_PRIVATE = {"data-private": "true"}
_WITHOUT_BIRTH_DATE = (Kind.PASSPORT, Kind.HM_PERMIT, Kind.TW_PERMIT, Kind.FOREIGN_PR)


class TravellerForm(PageForm):
    """Name and document, checked at the field. Cleans to the arguments of ``operations.remember``."""

    shown_by = {
        "issuer": ("kind", Kind.PASSPORT.value),
        "birth_date": ("kind", " ".join(_WITHOUT_BIRTH_DATE)),
    }
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST,
        help_text=_("As it stands in the document."),
        widget=forms.TextInput(attrs={"autocomplete": "off", **_PRIVATE}),
    )
    kind = forms.ChoiceField(label=_("Document"), choices=Kind.choices, initial=Kind.RESIDENT_ID)
    number = forms.CharField(
        label=_("Document number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
            | _PRIVATE
        ),
    )
    issuer = forms.ChoiceField(
        label=_("Issued by"),
        choices=Issuer.choices,
        required=False,
        help_text=_("For a passport."),
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        help_text=_("For a passport or a permit; a card with eighteen digits tells it."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off", **_PRIVATE}),
    )
    phone = PhoneField(label=_("Mobile phone"), required=False)

    def clean_name(self) -> str:
        return read_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("number") and cleaned.get("kind"):
            self._check_document(cleaned)
        return cleaned

    def _check_document(self, cleaned: dict[str, Any]) -> None:
        kind = Kind(cleaned["kind"])
        issuer = cleaned.get("issuer", "") if kind is Kind.PASSPORT else ""
        cleaned["issuer"] = issuer
        try:
            document = operations.read_document(
                kind=kind, number=cleaned["number"], issuer=issuer, at=clock.now()
            )
        except Refusal as refusal:
            self.refuse(refusal)
            return
        if document.birth_date is None and cleaned.get("birth_date") is None:
            if "birth_date" not in self.errors:
                self.refuse(operations.BirthDateMissing(field="birth_date"))


class ChangeForm(TravellerForm):
    """The same for somebody known: an empty number keeps the document that is there."""

    def __init__(self, *args: Any, masked: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].required = False
        self.fields["number"].help_text = _("Leave it empty to keep %(masked)s.") % {
            "masked": masked
        }
