"""Forms of the board."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.gates.models import Alone
from bookings.vouchers.posts import Post
from kernel.naming import say
from kernel.web.forms import PageForm


class InviteForm(PageForm):
    """Where the device will stand, and whom it lets in while it cannot ask."""

    post = forms.ChoiceField(label=_("Where it stands"))
    alone = forms.ChoiceField(
        label=_("While it is offline it lets in"), choices=Alone.choices, initial=Alone.ANY
    )

    def __init__(self, data: Any = None, *, posts: Iterable[Post]) -> None:
        super().__init__(data)
        choices = [
            (post.key, " · ".join(filter(None, (say(post.title), say(post.subtitle)))))
            for post in posts
        ]
        self.fields["post"].choices = choices  # type: ignore[attr-defined]


class CloseForm(PageForm):
    """What was done about an incident."""

    note = forms.CharField(
        label=_("What was done"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
