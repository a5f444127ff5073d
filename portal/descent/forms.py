"""What an operator says to send a bus."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.web.forms import PageForm
from transport.lines.models import MOST_SEATS


class SendForm(PageForm):
    """One more bus, of a house of the person's own: ``shuttles`` by id, with where they go."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    shuttle = forms.TypedChoiceField(label=_("Line"), coerce=int)
    minutes = forms.IntegerField(label=_("Leaves in (minutes)"), min_value=0, max_value=720)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=MOST_SEATS)

    def __init__(self, *args: object, shuttles: Sequence[tuple[int, str]], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["shuttle"].choices = list(shuttles)  # type: ignore[attr-defined]


def fresh(shuttles: Sequence[tuple[int, str]], *, lead_min: int, seats: int) -> SendForm:
    """An empty form with a key of its own."""
    known = {"request_key": uuid.uuid4().hex, "minutes": lead_min, "seats": seats}
    return SendForm(initial=known, shuttles=shuttles)
