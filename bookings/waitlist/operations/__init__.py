"""The verbs of the waiting list, split by subject."""

from bookings.waitlist.operations.carrying_out import CLAIM_FOR
from bookings.waitlist.operations.checking import AboveLimit
from bookings.waitlist.operations.drawn import Drawn, serve_drawn
from bookings.waitlist.operations.ending import decline, end_over, heard, leave
from bookings.waitlist.operations.handing_on import (
    CancelInstead,
    HandoverMoved,
    NobodyWaits,
    NotHandable,
    NotOffered,
    end_handovers,
    fee_of,
    hand_on,
    part_of,
    terms_of,
    withdraw,
)
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
from bookings.waitlist.operations.serving import KEPT_FOR, serve
from bookings.waitlist.operations.telling import tell, tell_handover

__all__ = (
    "CLAIM_FOR",
    "KEPT_FOR",
    "AboveLimit",
    "AlreadyWaiting",
    "CancelInstead",
    "Drawn",
    "HandoverMoved",
    "JoinRequest",
    "NobodyWaits",
    "NotFull",
    "NotHandable",
    "NotOffered",
    "OtherSellers",
    "TooLow",
    "WaitNames",
    "WaitTooMany",
    "decline",
    "end_handovers",
    "end_over",
    "fee_of",
    "hand_on",
    "heard",
    "join",
    "learn",
    "leave",
    "look",
    "part_of",
    "pay",
    "serve",
    "serve_drawn",
    "tell",
    "tell_handover",
    "terms_of",
    "withdraw",
)
