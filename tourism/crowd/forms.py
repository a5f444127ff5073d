"""What an operator says on the board: how many there are, what is shut."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.web.forms import PageForm
from tourism.areas.models import ScenicArea
from tourism.crowd.operations import Wanted

_OFF = {"autocomplete": "off"}
MOST_PEOPLE = 1_000_000


class CorrectForm(PageForm):
    """How many somebody has counted, and why it is written down."""

    people = forms.IntegerField(label=_("People inside"), min_value=0, max_value=MOST_PEOPLE)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs=_OFF))


class StopForm(PageForm):
    """What is shut, from now or from a time of today on, and why, in both languages."""

    what = forms.ChoiceField(label=_("What is shut"))
    since = forms.TimeField(
        label=_("From (empty: now)"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    until = forms.TimeField(
        label=_("Until (empty: until further notice)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    reason_zh = forms.CharField(
        label=_("Reason (Chinese)"), max_length=200, widget=forms.TextInput(attrs=_OFF)
    )
    reason_en = forms.CharField(
        label=_("Reason (English)"), max_length=200, widget=forms.TextInput(attrs=_OFF)
    )
    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, area: ScenicArea, at: datetime) -> None:
        super().__init__(data)
        self.area, self.at = area, at
        self.gates = {f"gate:{gate.pk}": gate for gate in area.gates.all()}
        self.lifts = {f"lift:{cable.pk}": cable for cable in area.cableways.all()}
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            *((key, lift.name) for key, lift in self.lifts.items()),
            *((key, gate.name) for key, gate in self.gates.items()),
            ("area", _("The whole area")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = self._moment("since"), self._moment("until")
        if until is not None and until <= (since or self.at):
            self.add_error("until", _("It must end after it begins."))
        return cleaned

    def _moment(self, name: str) -> datetime | None:
        """A wall clock time of today at the place; midnight is the end of the day."""
        clock: time | None = self.cleaned_data.get(name)
        if clock is None:
            return None
        day = self.area.region.local_date(self.at)
        if name == "until" and clock == time(0):
            day += timedelta(days=1)
        return self.area.region.at(day, clock)

    @property
    def wanted(self) -> Wanted:
        """What the valid form asks for."""
        what = self.cleaned_data["what"]
        return Wanted(
            area=self.area,
            starts_at=self._moment("since") or self.at,
            until=self._moment("until"),
            reason_zh=self.cleaned_data["reason_zh"],
            reason_en=self.cleaned_data["reason_en"],
            gate=self.gates.get(what),
            cableway=self.lifts.get(what),
        )

    def was_shown(self, people: int) -> bool:
        """Whether this very thing was looked at, for this time, and met as many people."""
        return bool(self.cleaned_data["seen"] == self._shown(people))

    def show(self, people: int) -> None:
        """Ask for the same again, with what was seen."""
        self.data = {**self.data.dict(), "seen": self._shown(people)}  # type: ignore[attr-defined]

    def _shown(self, people: int) -> str:
        times = [self.cleaned_data.get(name) for name in ("since", "until")]
        since, until = (f"{clock:%H%M}" if clock else "" for clock in times)
        return f"{people}:{self.cleaned_data['what']}:{since}:{until}"
