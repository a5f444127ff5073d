"""The form of a rider who misses something."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.web.forms import PageForm
from transport.rides.models import MOST_WORDS


def _new_key() -> str:
    return uuid.uuid4().hex


class LostForm(PageForm):
    """What is missed. The key makes a form that is sent twice one request."""

    what = forms.CharField(
        label=_("What do you miss?"),
        help_text=_("What it looks like, where you sat, and how you can be reached besides."),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput, initial=_new_key)
