"""The form of a new version of a region's rules."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextareaWidget

from bookings.points import queries, tiers
from bookings.points.models import Scheme
from bookings.points.operations import BeginsTooEarly, Terms
from kernel import clock
from kernel.places.models import Region
from kernel.web.fields import PercentField


class SchemeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is written is a version of its own; it begins at once or on a later day of the region."""

    most_permille = PercentField(label=_("At most percent of a price"))
    begins_on = forms.DateField(
        label=_("begins on"), required=False, widget=UnfoldAdminDateWidget,
        help_text=_("Empty: at once."),
    )  # fmt: skip

    tiers = forms.CharField(
        label=_("classes of members"), required=False, widget=UnfoldAdminTextareaWidget,
        help_text=_(
            "A line each, the lowest first: code, points earned in twelve months, names in Chinese and"
            " English. “silver 1000 银卡 / Silver”"
        ),
    )  # fmt: skip

    class Meta:
        model = Scheme
        fields = ("region", "earned", "per_yuan", "most_permille", "years", "told_days", "tiers")

    def clean_tiers(self) -> list[dict[str, Any]]:
        """:raises ValidationError: it cannot be read."""
        return tiers.freeze(tiers.read(self.cleaned_data["tiers"]))

    def clean(self) -> dict[str, Any]:
        """:raises ValidationError: it would begin before now, or not after the last version."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        at = clock.now()
        begins = self.begins_at(at)
        last = queries.last_scheme(cleaned["region"].pk)
        if begins < at or (last is not None and last.valid_from >= begins):
            self.add_error("begins_on", BeginsTooEarly().reason)
        return cleaned

    def begins_at(self, at: datetime) -> datetime:
        """Midnight of the day that was chosen, on the region's clock; or now."""
        day = self.cleaned_data.get("begins_on")
        region: Region = self.cleaned_data["region"]
        return region.at(day, time()) if day else at

    @property
    def terms(self) -> Terms:
        """What the version says."""
        names = ("earned", "per_yuan", "most_permille", "years", "told_days")
        classes = tiers.thaw(self.cleaned_data["tiers"])
        return Terms(**{name: self.cleaned_data[name] for name in names}, tiers=classes)
