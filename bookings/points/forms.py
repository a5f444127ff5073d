"""The form of a new version of a region's rules."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from bookings.points import queries
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

    class Meta:
        model = Scheme
        fields = ("region", "earned", "per_yuan", "most_permille", "years", "told_days")

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
        return Terms(**{name: self.cleaned_data[name] for name in names})
