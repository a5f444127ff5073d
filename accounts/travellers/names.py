"""Names of people: what may stand in one, and how it is shown to strangers."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 60
_HIDES_MIDDLE = 3
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


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _between(name: str) -> int:
    return sum(character in _BETWEEN for character in name)


def mask_name(name: str) -> str:
    """A name for paper that others may pick up: "张*", "王*明", "M*** G***"."""
    words = name.split()
    if len(words) > 1:
        return " ".join(f"{word[0]}***" for word in words)
    if len(name) < _HIDES_MIDDLE:
        return name[:1] + "*" * (len(name) - 1)
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}" if not name.isascii() else f"{name[0]}***"
