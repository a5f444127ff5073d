"""The verbs of the waiting list, split by subject."""

from bookings.waitlist.operations.checking import AboveLimit
from bookings.waitlist.operations.ending import decline, end_over, heard, leave
from bookings.waitlist.operations.joining import (
    AlreadyWaiting,
    JoinRequest,
    NotFull,
    OtherSellers,
    TooLow,
    WaitNames,
    WaitTooMany,
    join,
    look,
)
from bookings.waitlist.operations.learning import learn
from bookings.waitlist.operations.paying import pay
from bookings.waitlist.operations.serving import CLAIM_FOR, KEPT_FOR, serve
from bookings.waitlist.operations.telling import tell

__all__ = (
    "CLAIM_FOR",
    "KEPT_FOR",
    "AboveLimit",
    "AlreadyWaiting",
    "JoinRequest",
    "NotFull",
    "OtherSellers",
    "TooLow",
    "WaitNames",
    "WaitTooMany",
    "decline",
    "end_over",
    "heard",
    "join",
    "learn",
    "leave",
    "look",
    "pay",
    "serve",
    "tell",
)
