"""The verbs of vouchers, split by subject."""

from bookings.vouchers.operations.issue import issue, move, void, void_cancelled
from bookings.vouchers.operations.redeem import (
    AlreadyUsed,
    NotEnough,
    NotOurs,
    Redeemed,
    RestUnpaid,
    TooEarly,
    TooLate,
    UnknownCode,
    Voided,
    WrongPlace,
    redeem,
)

__all__ = (
    "AlreadyUsed",
    "NotEnough",
    "NotOurs",
    "Redeemed",
    "RestUnpaid",
    "TooEarly",
    "TooLate",
    "UnknownCode",
    "Voided",
    "WrongPlace",
    "issue",
    "move",
    "redeem",
    "void",
    "void_cancelled",
)
