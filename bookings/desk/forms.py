"""What is typed at a counter: a thing, documents, how many of which class, a phone, the cash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.identity.phones import PhoneField
from bookings.desk.operations import Wish
from bookings.desk.typed import MOST_PEOPLE, Typed, read_people
from kernel.errors import Refusal
from kernel.web.fields import YuanField
from kernel.web.forms import PageForm

CLASS = "n_"
_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)


class NumberUnreadable(Refusal):
    """How many of a class is no number."""

    status = 400
    message = _("“%(text)s” is not a number of people.")


class TooManyPeople(Refusal):
    """More than one sale can have."""

    status = 400
    message = _("One sale can have %(most)s people. Please sell in parts.")


class SellForm(PageForm):
    """One sale. Cleans to a ``Wish`` with ``wish()``; the number of each class is in "n_<class>"."""

    people = forms.CharField(
        label=_("Documents, one person a line"),
        required=False,
        max_length=4000,
        help_text=_(
            "A card reader types them. Passport: number, name, date of birth (1970-05-01)."
        ),
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false", "data-private": "true"}
        ),
    )
    contact = PhoneField(
        label=_("Mobile phone"),
        required=False,
        help_text=_("Of the buyer or the family: news go there, and the order is seen there."),
    )
    given = YuanField(
        label=_("Given (yuan)"),
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 16}
        ),
    )
    request_key = forms.CharField(min_length=8, max_length=64, widget=forms.HiddenInput)
    shown_total_fen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def clean_people(self) -> list[Typed]:
        """Everybody of the text, or the line that cannot be read."""
        try:
            return read_people(self.cleaned_data["people"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.reason, code=refusal.code) from None

    def clean(self) -> dict[str, Any] | None:
        """How many of each class is a number, and one sale can have them."""
        try:
            self.classes = classes_in(self.data)
            if len(self.classes) > MOST_PEOPLE:
                raise TooManyPeople(most=MOST_PEOPLE)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.reason, code=refusal.code) from None
        return super().clean()

    def wish(self, kind: str, ref: str) -> Wish:
        """What is wanted, of a thing."""
        return Wish(
            kind=kind,
            ref=ref,
            people=tuple(self.cleaned_data["people"]),
            classes=self.classes,
            contact=self.cleaned_data["contact"] or "",
            language=get_language() or "zh-hans",
        )


def classes_in(data: Mapping[str, Any]) -> tuple[str, ...]:
    """ "n_adult=2" as two adults; an empty field is nobody.

    :raises NumberUnreadable: something else than a number up to 999.
    """
    found: list[str] = []
    for name in data:
        text = str(data[name]).strip()
        if not name.startswith(CLASS) or not text:
            continue
        if not _NUMBER.fullmatch(text):
            raise NumberUnreadable(field=name, text=text[:20])
        found += [name.removeprefix(CLASS)[:30]] * int(text)
    return tuple(found)
