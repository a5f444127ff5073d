"""Forms of the back office: a new code, another rate."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from bookings.referrals import queries
from bookings.referrals.models import MOST_PERMILLE, Code, Rate
from bookings.referrals.operations import BeginsTooEarly
from kernel import clock
from kernel.web.fields import PercentField


class CodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whose it is, and what it earns from now on."""

    permille = PercentField(label=_("Percent of what is used"), most=MOST_PERMILLE)

    class Meta:
        model = Code
        fields = ("region", "name_zh", "name_en", "holder")


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    """Another version of what a code earns."""

    permille = PercentField(label=_("Percent of what is used"), most=MOST_PERMILLE)
    begins_on = forms.DateField(
        label=_("begins on"), required=False, widget=UnfoldAdminDateWidget,
        help_text=_("Empty: at once."),
    )  # fmt: skip

    class Meta:
        model = Rate
        fields = ("code", "permille")

    def clean(self) -> dict[str, Any]:
        """:raises ValidationError: it would begin before now, or not after the last version."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        at = clock.now()
        begins, last = self.begins_at(at), queries.last_rate(cleaned["code"].pk)
        if begins < at or (last is not None and last.valid_from >= begins):
            self.add_error("begins_on", BeginsTooEarly().reason)
        return cleaned

    def begins_at(self, at: datetime) -> datetime:
        """Midnight of the day that was chosen, on the region's clock; or now."""
        day, code = self.cleaned_data.get("begins_on"), self.cleaned_data["code"]
        begins: datetime = code.region.at(day, time()) if day else at
        return begins
