"""Names of people: what may stand in one, and how it is shown to strangers."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 60
_BETWEEN = frozenset(" ·•‧・.,'’-")
_DOTS = str.maketrans(dict.fromkeys("•‧・", "·"))


def read_name(text: str) -> str:
    """A name as it is stored: composed, single blanks, letters of any script (rare ones too).

    :raises ValidationError: digits, signs, pictures, or nothing that is a letter.
    """
    name = " ".join(unicodedata.normalize("NFC", text[: 4 * LONGEST]).split()).translate(_DOTS)
    letters = [character for character in name if _is_letter(character)]
    if not letters or len(name) > LONGEST or len(letters) + _between(name) != len(name):
        raise ValidationError(
            _("Write the name as it stands in the document, in letters only."), code="name"
        )
    return name


def mask_name(name: str) -> str:
    """For people who need not know it all: 张** for 张测试, John S. for John Smith."""
    if _is_han(name[:1]):
        return name[0] + "*" * (len(name) - 1)
    first, _blank, rest = name.partition(" ")
    return f"{first} {rest[0]}." if rest else f"{first[:1]}***"


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK")


def _between(name: str) -> int:
    return sum(character in _BETWEEN for character in name)
