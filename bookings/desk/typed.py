"""People as a card reader types them: one a line, number and name in any order. Pure.

"341001195001019999 李奶奶", or for a passport "AAB123456 María García López 1970-05-01". Which document
it is follows from the form of the number; what the number does not tell stands behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.travellers import documents
from accounts.travellers.documents import Kind
from accounts.travellers.names import read_name
from kernel.errors import Refusal

MOST_PEOPLE = 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"(?=.*\d)[A-Z0-9]{5,18}", re.ASCII)
_FORMS = (
    (re.compile(r"(81|82|83)0000\d{11}[\dX]", re.ASCII), Kind.HMT_RESIDENCE),
    (re.compile(r"9\d{16}[\dX]|[A-Z]{3}\d{12}", re.ASCII), Kind.FOREIGN_PR),
    (re.compile(r"\d{17}[\dX]|\d{15}", re.ASCII), Kind.RESIDENT_ID),
    (re.compile(r"[HM]\d{8}(\d{2})?", re.ASCII), Kind.HM_PERMIT),
    (re.compile(r"\d{8}", re.ASCII), Kind.TW_PERMIT),
)


class PersonUnreadable(Refusal):
    """A line that names nobody."""

    code = "person_unreadable"
    status = 400
    message = _(
        "Line %(line)s: write number and name, for a passport the date of birth too (1970-05-01)."
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """One person: all that stands in the line, the number as typed."""

    kind: Kind
    number: str
    name: str
    birth_date: date | None


def read_people(text: str) -> list[Typed]:
    """Everybody of a text, in order; empty lines are nobody.

    :raises PersonUnreadable: a line without number or name, or too many lines.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_PEOPLE:
        raise PersonUnreadable(field="people", line=MOST_PEOPLE + 1)
    return [_read(line, number) for number, line in enumerate(lines, start=1)]


def kind_of(number: str) -> Kind:
    """Which document a tidy number is of, by its form: a passport where it is no other."""
    return next((kind for form, kind in _FORMS if form.fullmatch(number)), Kind.PASSPORT)


def _read(line: str, place: int) -> Typed:
    words = line.replace("，", " ").replace(",", " ").split()
    numbers = [word for word in words if _NUMBER.fullmatch(documents.tidy(word))]
    days = [word for word in words if _DAY.fullmatch(word)]
    number = next((word for word in numbers if word not in days), "")
    name = " ".join(word for word in words if word != number and word not in days)
    try:
        clean_name = read_name(name)
        birth_date = date.fromisoformat(days[0]) if days else None
    except (ValidationError, ValueError):
        raise PersonUnreadable(field="people", line=place) from None
    if not number:
        raise PersonUnreadable(field="people", line=place)
    return Typed(kind_of(documents.tidy(number)), number, clean_name, birth_date)
