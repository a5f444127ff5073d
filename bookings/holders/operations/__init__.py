"""Verbs of who holds a code: show it on a phone, say it in six digits, hand it over, retire it."""

from bookings.holders.operations.correct import (
    CorrectedOften,
    Details,
    NothingCorrected,
    NotTheSame,
    SeveralPeople,
    correct,
)
from bookings.holders.operations.extras import show_extras
from bookings.holders.operations.retiring import retire
from bookings.holders.operations.showing import show_on, tell_digits
from bookings.holders.operations.transfer import (
    BegunAlready,
    HandedOverAlready,
    NeverHandedOver,
    NobodysCode,
    SamePerson,
    TooLateToHandOver,
    hand_over,
)

__all__ = [
    "BegunAlready",
    "CorrectedOften",
    "Details",
    "HandedOverAlready",
    "NeverHandedOver",
    "NobodysCode",
    "NotTheSame",
    "NothingCorrected",
    "SamePerson",
    "SeveralPeople",
    "TooLateToHandOver",
    "correct",
    "hand_over",
    "retire",
    "show_extras",
    "show_on",
    "tell_digits",
]
