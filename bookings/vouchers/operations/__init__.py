"""The verbs of vouchers, split by subject."""

from bookings.codes.queries import Superseded
from bookings.vouchers.operations.agreeing import agree
from bookings.vouchers.operations.hand_over import HasOne, correct, hand_over, show_extras
from bookings.vouchers.operations.issue import issue, move, show_check, void, void_cancelled
from bookings.vouchers.operations.redeem import Outcome, look, redeem, redeem_many, redeem_shown
from bookings.vouchers.operations.refusals import (
    AlreadyUsed,
    Barred,
    HowMany,
    InsideAlready,
    NotAdmitted,
    NotEnough,
    NotInside,
    NotOurs,
    NotThisDoor,
    OnlyBeside,
    ReentryOver,
    RestUnpaid,
    TooEarly,
    TooLate,
    UnknownCode,
    Voided,
    WrongPlace,
)
from bookings.vouchers.operations.resolving import Shown, resolve
from bookings.vouchers.operations.scans import Redeemed, Scan
from bookings.vouchers.operations.steps import expire
from bookings.vouchers.operations.together import redeem_together
from bookings.vouchers.operations.undo import (
    GivenBack,
    NoReason,
    PassedSince,
    TooLateToUndo,
    UndoneBefore,
    undo,
)

__all__ = (
    "AlreadyUsed",
    "Barred",
    "GivenBack",
    "HasOne",
    "HowMany",
    "InsideAlready",
    "NoReason",
    "NotAdmitted",
    "NotEnough",
    "NotInside",
    "NotOurs",
    "NotThisDoor",
    "OnlyBeside",
    "Outcome",
    "PassedSince",
    "Redeemed",
    "ReentryOver",
    "RestUnpaid",
    "Scan",
    "Shown",
    "Superseded",
    "TooEarly",
    "TooLate",
    "TooLateToUndo",
    "UndoneBefore",
    "UnknownCode",
    "Voided",
    "WrongPlace",
    "agree",
    "correct",
    "expire",
    "hand_over",
    "issue",
    "look",
    "move",
    "redeem",
    "redeem_many",
    "redeem_shown",
    "redeem_together",
    "resolve",
    "show_check",
    "show_extras",
    "undo",
    "void",
    "void_cancelled",
)
