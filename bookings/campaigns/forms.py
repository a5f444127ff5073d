"""The form of a campaign's draft: sums in yuan, shares in percent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.campaigns import classes
from kernel import clock
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

    def clean(self) -> dict[str, Any]:
        """:raises ValidationError: the region has published no such class."""
        cleaned = super().clean() or {}
        tier, region = cleaned.get("tier"), cleaned.get("region")
        if tier and region and tier not in classes.published(region.pk, at=clock.now()):
            self.add_error("tier", _("This region has published no such class of members."))
        return cleaned

    def clean_amount_fen(self) -> int:
        return int(self.cleaned_data["amount_fen"] or 0)

    def clean_permille(self) -> int:
        return int(self.cleaned_data["permille"] or 0)

    def clean_threshold_fen(self) -> int:
        return int(self.cleaned_data["threshold_fen"] or 0)

    def clean_supplier_permille(self) -> int:
        return int(self.cleaned_data["supplier_permille"] or 0)
