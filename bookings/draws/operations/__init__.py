"""The verbs of draws, split by subject."""

from bookings.draws.operations.calling import CALLED_OFF, DrawnAlready, call_in, call_next, call_off
from bookings.draws.operations.drawing import (
    DRAWN,
    BrokenSeed,
    NotToBeGiven,
    OtherValue,
    add_value,
    carry_on,
    close,
    correct_value,
    draw,
)
from bookings.draws.operations.entering import (
    AlreadyIn,
    DrawClosed,
    DrawNames,
    EnterRequest,
    PhoneUnproven,
    TooLarge,
    enter,
    leave,
    look,
)
from bookings.draws.operations.opening import CannotBeDrawn, TooFew, Wanted, open_draw
from bookings.draws.operations.telling import heard_over, tell_called_off, tell_losers

__all__ = (
    "CALLED_OFF",
    "DRAWN",
    "AlreadyIn",
    "BrokenSeed",
    "CannotBeDrawn",
    "DrawClosed",
    "DrawNames",
    "DrawnAlready",
    "EnterRequest",
    "NotToBeGiven",
    "OtherValue",
    "PhoneUnproven",
    "TooFew",
    "TooLarge",
    "Wanted",
    "add_value",
    "call_in",
    "call_next",
    "call_off",
    "carry_on",
    "close",
    "correct_value",
    "draw",
    "enter",
    "heard_over",
    "leave",
    "look",
    "open_draw",
    "tell_called_off",
    "tell_losers",
)
