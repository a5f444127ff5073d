"""The form of a campaign's draft: sums in yuan, shares in percent."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.web.fields import PercentField, YuanField


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    amount_fen = YuanField(label=_("Sum off (yuan)"), required=False)
    permille = PercentField(label=_("Percent off"), required=False)
    threshold_fen = YuanField(label=_("From a sum of (yuan)"), required=False)
    most_fen = YuanField(label=_("At most (yuan)"), required=False)
    supplier_permille = PercentField(
        label=_("Percent of it that the supplier bears"), required=False,
        help_text=_("The platform bears the rest."),
    )  # fmt: skip
    budget_fen = YuanField(label=_("Budget (yuan)"), required=False)

    def clean_amount_fen(self) -> int:
        return int(self.cleaned_data["amount_fen"] or 0)

    def clean_permille(self) -> int:
        return int(self.cleaned_data["permille"] or 0)

    def clean_threshold_fen(self) -> int:
        return int(self.cleaned_data["threshold_fen"] or 0)

    def clean_supplier_permille(self) -> int:
        return int(self.cleaned_data["supplier_permille"] or 0)
