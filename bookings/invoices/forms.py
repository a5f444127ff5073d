"""The form of a title, and that of a wish for an invoice: a saved title, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.invoices import titles
from bookings.invoices.titles import LONGEST_NAME, TitleFacts, TitleKind
from kernel.errors import Refusal
from kernel.web.forms import PageForm

_PRIVATE = {"data-private": "true"}
_OF_A_COMPANY = ("kind", TitleKind.COMPANY.value)


class TitleForm(PageForm):
    """Cleans to ``facts``, a whole title."""

    shown_by = dict.fromkeys(("tax_number", "address", "phone", "bank", "account"), _OF_A_COMPANY)
    kind = forms.ChoiceField(
        label=_("Made out to"), choices=TitleKind.choices, initial=TitleKind.PERSON
    )
    name = forms.CharField(
        label=_("Name on the invoice"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", **_PRIVATE}),
    )
    tax_number = forms.CharField(
        label=_("Tax number"),
        max_length=30,
        required=False,
        help_text=_("Of a company: 18 characters; older ones have 15, 17 or 20."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
            | _PRIVATE
        ),
    )
    address = forms.CharField(label=_("Registered address"), max_length=80, required=False)
    phone = forms.CharField(label=_("Registered phone"), max_length=20, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=60, required=False)
    account = forms.CharField(label=_("Account number"), max_length=40, required=False)
    facts: TitleFacts

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"kind", "name"} <= cleaned.keys():
            try:
                self.facts = titles.read(**{name: cleaned.get(name, "") for name in _FACTS})
            except Refusal as refusal:
                self.refuse(refusal)
        return cleaned


_FACTS = TitleFacts.__struct_fields__


class AskForm(TitleForm):
    """Cleans to ``facts``: those of the saved title that is chosen, or of a new one."""

    NEW = "new"
    shown_by = {**TitleForm.shown_by, **dict.fromkeys(("kind", "name", "save"), ("title", NEW))}
    is_to_be_saved = False

    def __init__(
        self, *args: Any, saved: Sequence[tuple[str, TitleFacts]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.saved = dict(saved)
        choices = [(key, f"{facts.name} {facts.tax_masked}") for key, facts in saved]
        title = forms.ChoiceField(
            label=_("Title"),
            choices=[*choices, (self.NEW, _("Another one"))],
            initial=choices[0][0] if choices else self.NEW,
            widget=forms.Select if choices else forms.HiddenInput,
        )
        save = forms.BooleanField(label=_("Save it for the next time"), required=False)
        self.fields = {"title": title, **self.fields, "save": save}
        self.fields["name"].required = self.fields["kind"].required = False

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("title", "")
        if chosen in self.saved:
            self.facts = self.saved[chosen]
            return self.cleaned_data
        self.is_to_be_saved = bool(self.cleaned_data.get("save"))
        return super().clean()
