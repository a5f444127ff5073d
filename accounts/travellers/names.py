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


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _between(name: str) -> int:
    return sum(character in _BETWEEN for character in name)
