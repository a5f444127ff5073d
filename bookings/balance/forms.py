"""What is typed to pay in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.web.fields import YuanField
from kernel.web.forms import PageForm


class SumForm(PageForm):
    """Another sum than those that are offered."""

    sum = YuanField(
        label=_("Another sum (yuan)"),
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 16}
        ),
    )
