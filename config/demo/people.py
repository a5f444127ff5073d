"""Numbers of nobody: area 341001, sequence 996 to 999, which no card carries (GB 11643-1999)."""

from __future__ import annotations

from datetime import date, timedelta

SEQUENCES = 4
"""So many numbers for every day of birth."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_ADULTS_FROM, _CHILDREN_FROM = date(1970, 1, 1), date(2014, 1, 1)


def document_number(serial: int, *, is_child: bool = False) -> str:
    """The valid number of an adult, or of a child; the first 16,000 children differ, 48,000 adults."""
    days = serial // SEQUENCES
    if is_child:
        return born_on(_CHILDREN_FROM + timedelta(days=days % 4_000), serial)
    return born_on(_ADULTS_FROM + timedelta(days=days % 12_000), serial)


def born_on(day: date, serial: int) -> str:
    """The valid number of somebody born on a day; four serials in a row differ."""
    body = f"341001{day:%Y%m%d}{996 + serial % SEQUENCES}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECK[total % 11]
