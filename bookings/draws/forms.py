"""The forms of draws: who enters, and what an operator gives by lot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from bookings.contracts import Listing
from bookings.draws import queries
from bookings.draws.models import Draw
from bookings.waitlist.forms import JoinForm
from kernel.naming import say
from kernel.places.models import Region


class EnterForm(JoinForm):
    """The waiting list's form, for the one thing that is drawn."""

    def __init__(self, data: Any, **given: Any) -> None:
        super().__init__(data, **given)
        del self.fields["refs"]
        if "who" in self.fields:
            self.fields["who"].help_text = _("All of you or nobody. Each person can enter once.")
        self.fields["pay_by"].label = _("If you are drawn")
        self.fields["contact"].help_text = _("We send word here how it ended.")


class ValueForm(forms.Form):
    """A public value, as its source writes it."""

    value = forms.CharField(
        label=_("Public value"), max_length=100, min_length=4, widget=UnfoldAdminTextInputWidget
    )


class OffForm(forms.Form):
    """Why a draw is called off: everybody in it reads it."""

    reason_zh = forms.CharField(
        label=_("Reason (Chinese)"), min_length=2, max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip
    reason_en = forms.CharField(
        label=_("Reason (English)"), required=False, max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip


class DrawForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is to be drawn: chosen of what is on sale in a region on a day."""

    day = forms.DateField(
        label=_("Day"),
        widget=UnfoldAdminSingleDateWidget(),
        help_text=_("The day for which places are drawn, not the day of the draw."),
    )
    thing = forms.ChoiceField(
        label=_("What is drawn"),
        choices=(),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("What is on sale that day. Choose region and day first, then press “Show”."),
    )

    class Meta:
        model = Draw
        fields = ("region", "places", "closes_at", "mixes_public")

    def __init__(self, *args: Any, organisation_ids: Collection[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region, day = self._asked("region"), self._asked("day")
        thing = self.fields.get("thing")
        if isinstance(thing, forms.ChoiceField):
            thing.choices = self._choices(region, day, organisation_ids)

    def _asked(self, name: str) -> Any:
        """What the page says of region and day by now, read as their own fields read it."""
        field = self.fields.get(name)
        given = self.data.get(name) if self.is_bound else self.initial.get(name)
        try:
            return field.clean(getattr(given, "pk", given)) if field else None
        except forms.ValidationError:
            return None

    @staticmethod
    def _choices(
        region: Region | None, day: date | None, organisation_ids: Collection[int]
    ) -> list[tuple[str, str]]:
        if region is None or day is None:
            return [("", gettext("Choose region and day first"))]
        found = queries.drawable(region.pk, day=day, organisation_ids=organisation_ids)
        return [("", "–")] + [(f"{one.kind}|{one.ref}", _named(one, region)) for one in found]

    @property
    def wanted(self) -> dict[str, Any]:
        """What the form says is to be drawn; the choices are the seller's own words."""
        kind, _bar, ref = self.cleaned_data["thing"].partition("|")
        names = ("places", "closes_at", "mixes_public")
        given = {name: self.cleaned_data[name] for name in names}
        return {"region_id": self.cleaned_data["region"].pk, "kind": kind, "ref": ref, **given}


def _named(one: Listing, region: Region) -> str:
    when = one.starts_at.astimezone(region.tz)
    left = ngettext("%(left)s left", "%(left)s left", one.left) % {"left": one.left}
    words = (say(one.title), say(one.subtitle), f"{when:%H:%M}", left)
    return " · ".join(filter(None, words))
