"""Forms of refunds: an account for a transfer, and the story of a hardship."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from bookings.refunds.operations.requests import MOST_BYTES, MOST_FILES
from kernel.web.forms import PageForm


class AccountForm(PageForm):
    """Where a transfer goes."""

    holder = forms.CharField(label=_("Account holder"), max_length=60)
    number = forms.RegexField(
        label=_("Account number"),
        regex=r"^[0-9A-Za-z ]{8,34}$",
        max_length=40,
        error_messages={"invalid": _("Please give 8 to 34 digits or letters.")},
    )
    bank = forms.CharField(label=_("Bank"), max_length=80)


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile[bytes]]:
        return files.getlist(name) if hasattr(files, "getlist") else []


class _FilesField(forms.FileField):
    """Several files as their bytes, too large ones cut where they are too large anyway."""

    widget = _Files(attrs={"accept": "image/jpeg,image/png,application/pdf"})

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        return [each.read(MOST_BYTES + 1) for each in data[: MOST_FILES + 1]]


class HardshipForm(PageForm):
    """What has happened, and what shows it."""

    words = forms.CharField(
        label=_("What has happened?"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = _FilesField(
        label=_("Pictures or PDF"),
        help_text=_("Up to three, 2 MB each."),
        required=False,
    )
