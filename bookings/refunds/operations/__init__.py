"""The verbs of refunds, split by subject."""

from bookings.refunds.operations.by_hand import (
    Account,
    LinkGone,
    NotStuck,
    ask_for_account,
    give_account,
    open_link,
    pay_out,
    reveal_account,
    wipe_old,
)
from bookings.refunds.operations.cancelling import RefundMoved, cancel, cancel_for, end_all
from bookings.refunds.operations.outside import note_dispute, note_outside
from bookings.refunds.operations.overdue import end_overdue
from bookings.refunds.operations.quoting import NotCancellable, Quote, QuoteRow, TooMuch, quote
from bookings.refunds.operations.requests import (
    AlreadyAsked,
    BadEvidence,
    NotOpen,
    SecondPerson,
    TooLate,
    approve,
    ask,
    by_staff,
    decide,
    read_evidence,
    refuse,
    wipe_evidence,
)
from bookings.refunds.operations.returning import (
    return_deposit,
    return_difference,
    return_money,
    return_refused,
)
from bookings.refunds.operations.sending import send, send_again, send_due, told

__all__ = (
    "Account",
    "AlreadyAsked",
    "BadEvidence",
    "LinkGone",
    "NotCancellable",
    "NotOpen",
    "NotStuck",
    "Quote",
    "QuoteRow",
    "RefundMoved",
    "SecondPerson",
    "TooLate",
    "TooMuch",
    "approve",
    "ask",
    "ask_for_account",
    "by_staff",
    "cancel",
    "cancel_for",
    "decide",
    "end_all",
    "end_overdue",
    "give_account",
    "note_dispute",
    "note_outside",
    "open_link",
    "pay_out",
    "quote",
    "read_evidence",
    "refuse",
    "return_deposit",
    "return_difference",
    "return_money",
    "return_refused",
    "reveal_account",
    "send",
    "send_again",
    "send_due",
    "told",
    "wipe_evidence",
    "wipe_old",
)
