"""What crews and operators say at a boarding point, and what the back office writes of shuttles."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.web.fields import ClockField
from kernel.web.forms import PageForm
from transport.direct.models import DirectShuttle
from transport.direct.operations.vehicles import MOST_WAITING
from transport.lines.models import LATEST_S, MOST_SEATS


class TellForm(PageForm):
    """What every word of a crew has: the seats of the vehicle, and a key that makes twice once."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    seats = forms.IntegerField(label=_("Seats in the vehicle"), min_value=1, max_value=MOST_SEATS)


class DepartForm(TellForm):
    """A vehicle leaves now."""

    people = forms.IntegerField(label=_("People on board"), min_value=0, max_value=MOST_SEATS)
    still_waiting = forms.IntegerField(
        label=_("People still waiting, if you counted them"),
        required=False,
        min_value=0,
        max_value=MOST_WAITING,
    )


class ComingForm(TellForm):
    """A vehicle comes, or one more is sent, in so many minutes."""

    minutes = forms.IntegerField(label=_("Leaves in (minutes)"), min_value=0, max_value=720)

    def due_at(self, at: datetime) -> datetime:
        return at + timedelta(minutes=self.cleaned_data["minutes"])


def ids(verb: str) -> str:
    """How the fields of one of the forms of a page are told apart."""
    return f"id_{verb}_%s"


def fresh(form: type[TellForm], shuttle: DirectShuttle, verb: str) -> TellForm:
    """An empty form with a key of its own."""
    known = {"request_key": uuid.uuid4().hex, "seats": shuttle.line.seats}
    return form(initial=known, auto_id=ids(verb))


class ShuttleForm(forms.ModelForm):
    first_s = ClockField(label=_("First departure"), most=LATEST_S)
    last_s = ClockField(label=_("Last departure"), most=LATEST_S)
