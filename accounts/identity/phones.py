"""Mobile phone numbers of mainland China: read, sealed, compared, shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kernel import seals

PURPOSE = "phone"
"""Under this word every phone number of the platform is sealed and indexed, orders' contacts too."""

_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_LONGEST_TYPED = 32
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－　", "0123456789+- ")


@dataclass(frozen=True, slots=True)
class SealedPhone:
    """A phone number as it is stored."""

    sealed: str
    index: str
    masked: str


def read_phone(text: str) -> str:
    """Eleven digits from what people type: with +86, spaces, hyphens, full-width digits.

    :raises ValidationError: it is not a mobile number.
    """
    digits = "".join(text.translate(_FULL_WIDTH).split()).replace("-", "")
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 11:
            digits = digits.removeprefix(prefix)
    if not _MOBILE.fullmatch(digits):
        raise ValidationError(
            _("A mobile number has eleven digits and begins with 13 to 19."), code="phone"
        )
    return digits


def seal_phone(phone: str) -> SealedPhone:
    """A plain number as it may be stored."""
    return SealedPhone(seals.seal(phone, purpose=PURPOSE), index_of(phone), mask_phone(phone))


def index_of(phone: str) -> str:
    """The blind index of a plain number: equal for the same number, useless for anything else."""
    return seals.index(phone, purpose=PURPOSE)


def plain_phone(sealed: str) -> str:
    """The number behind a seal."""
    return seals.unseal(sealed, purpose=PURPOSE)


def mask_phone(phone: str) -> str:
    """As pages show it: 161****0001."""
    return f"{phone[:3]}****{phone[-4:]}"


class PhoneField(forms.CharField):
    """A form field that cleans to eleven digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", _LONGEST_TYPED)
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": "tel", "autocomplete": "tel", "data-private": "true"}
            ),
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return read_phone(text) if text else ""
