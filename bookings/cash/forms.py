"""Forms of the counter: what is typed stays where something is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from kernel.web.fields import YuanField
from kernel.web.forms import PageForm
from kernel.web.templatetags.quanyu import money


def _sum(label: Any, **more: Any) -> YuanField:
    attrs = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 16}
    return YuanField(label=label, widget=forms.TextInput(attrs=attrs), **more)


class OpenForm(PageForm):
    """Whose drawer it is, and the change in it."""

    organisation = forms.TypedChoiceField(label=_("For"), coerce=int)
    float = _sum(_("Change in the drawer (yuan)"))

    def __init__(self, data: Any = None, *, organisations: Iterable[Organisation]) -> None:
        super().__init__(data)
        choices = [(each.pk, str(each)) for each in organisations]
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()
            self.fields["organisation"].initial = choices[0][0]


class CloseForm(PageForm):
    """What was counted, and why it is another sum than it should be."""

    counted = _sum(_("Counted in the drawer (yuan)"))
    note = forms.CharField(
        label=_("If it is not what it should be: why"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TakeForm(PageForm):
    """What the buyer has given for the sum that was shown."""

    code = forms.CharField(max_length=20, widget=forms.HiddenInput)
    shown_fen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    given = _sum(_("Given by the buyer (yuan), to know the change"), required=False)

    def __init__(self, data: Any = None, *, code: str, due_fen: int) -> None:
        super().__init__(data, initial={"code": code, "shown_fen": due_fen})
        self.due_fen = due_fen

    def clean_given(self) -> int | None:
        """The sum, or None.

        :raises ValidationError: it is less than what is due.
        """
        given_fen: int | None = self.cleaned_data["given"]
        if given_fen is not None and given_fen < self.due_fen:
            words = _("This is less than the %(sum)s that are due.")
            raise ValidationError(words % {"sum": money(self.due_fen)}, code="too_little")
        return given_fen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("shown_fen") != self.due_fen:
            self.add_error(None, _("Another sum is due now. Nothing was taken; please look at it."))
            self.data = {**self.data.dict(), "shown_fen": str(self.due_fen)}  # type: ignore[attr-defined]
        return cleaned
